/** The Playground's state in React. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { type OutsideCharacters, outside } from '../../lab/play/characters';
import { type PlayState, play } from '../../store/play';
import { askedPrompt, namesOf, vocabularyOf } from '../../store/playModels';
import { useLab } from '../shared/hooks';

export const usePlay = <T>(select: (state: PlayState) => T): T => useStore(play, select);

/** Names of the models of the columns. */
export const useModelNames = (): readonly string[] => useLab(({ play }) => namesOf(play));

/** Prompt that would be sampled. The recipe on screen gives the example. */
export function usePrompt(): string {
  const choice = useLab((state) => state.play);
  const data = useLab((state) => state.data);
  const draft = useLab((state) => state.draft);
  const start = useLab((state) => state.run.start);
  const run = useLab((state) => state.run);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run grows in place; its start says which one it is
  return useMemo(() => askedPrompt({ play: choice, data, draft, run }).prompt, [choice, data, draft, start]);
}

/** Characters of the prompt that a chosen model does not have; null if it has all. */
export function useOutside(): OutsideCharacters | null {
  const prompt = usePrompt();
  const names = useModelNames();
  const folders = usePlay((state) => state.folders);
  return useMemo(
    () =>
      outside(
        prompt,
        names.map((name) => vocabularyOf(name, folders)),
      ),
    [prompt, names, folders],
  );
}
