/** Marks on the charts of a run: changes of its recipe, and checkpoints. */
import type { Stage } from '../../lab/run/events';
import type { RunData } from '../../store/run';
import type { Place } from '../../worker/protocol';
import type { Mark } from '../shared/chart/cursor';

const valueText = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
};

/** One mark for all of a kind at one place: the end of SFT is the start of GRPO. */
function merged(marks: readonly Mark[]): Mark[] {
  const byPlace = new Map<string, Mark>();
  for (const mark of marks) {
    const key = `${mark.kind} ${mark.x}`;
    const before = byPlace.get(key);
    byPlace.set(key, before ? { ...before, words: `${before.words}; ${mark.words}` } : mark);
  }
  return [...byPlace.values()];
}

/** "changed after step 7: grpo.beta 0 → 0.04". */
export function changeWords({ stage, step, fields }: RunData['changes'][number]): string {
  const words = Object.entries(fields).map(([field, { from, to }]) => `${field} ${valueText(from)} → ${valueText(to)}`);
  return `changed after ${stage === 'sft' ? 'SFT ' : ''}step ${step}: ${words.join(', ')}`;
}

/** Marks by step of GRPO; the steps of SFT come before 1. A change acts on the step after it. */
export function marksOf({ changes, sft }: RunData, checkpoints: readonly Place[]): Mark[] {
  const placeOf = ({ stage, step }: { readonly stage: Stage | string; readonly step: number }) =>
    stage === 'sft' ? step - sft.length : step;
  return merged([
    ...changes.map((change): Mark => ({ x: placeOf(change), kind: 'change', words: changeWords(change) })),
    ...checkpoints.map(
      (place): Mark => ({
        x: placeOf(place),
        kind: 'checkpoint',
        words: `checkpoint at ${place.stage === 'sft' ? 'SFT ' : ''}step ${place.step}`,
      }),
    ),
  ]);
}
