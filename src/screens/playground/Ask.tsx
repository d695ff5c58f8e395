/** Prompt of the Playground: an own text, perhaps with the answer that is right, or a problem of any task. */
import { type KeyboardEvent, useId, useMemo } from 'react';
import { BrowsedProblems, browsable } from '../../lab/recipe/browse';
import { browse, lab } from '../../store/lab';
import { startSampling } from '../../store/play';
import type { PlayChoice } from '../../store/playChoice';
import { exampleProblem, recipeOnShow } from '../../store/playModels';
import { Dials } from '../data/Dials';
import { useLab } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import { Actions } from './Actions';
import styles from './Ask.module.css';
import { useOutside, usePrompt } from './hooks';
import { DeviceNote } from './Notes';

const change = (by: Partial<PlayChoice>): void => lab.setState(({ play }) => ({ play: { ...play, ...by } }));

let hasAsked = false;

/** Shows problems; the first time, those of the recipe on screen. */
function askProblem(): void {
  const { name, level } = recipeOnShow(lab.getState()).task;
  if (!hasAsked) browse({ task: name, level, index: 0 });
  hasAsked = true;
  change({ ask: 'problem' });
}

function Kinds({ ask }: Pick<PlayChoice, 'ask'>) {
  return (
    <div className={styles.kinds} role="group" aria-label="Ask with">
      <button type="button" aria-pressed={ask === 'prompt'} onClick={() => change({ ask: 'prompt' })}>
        Own prompt
      </button>
      <button type="button" aria-pressed={ask === 'problem'} onClick={askProblem}>
        A problem
      </button>
    </div>
  );
}

const shown = (character: string): string =>
  character === '\n' ? 'line break' : character === ' ' ? 'space' : character;

/** Characters without a token, with those that have one. */
function Outside({ id }: { readonly id: string }) {
  const found = useOutside();
  if (!found) return null;
  return (
    <div id={id} className={styles.fault} role="alert">
      <b>{found.characters.map((character) => `“${shown(character)}”`).join(', ')}</b>{' '}
      {found.characters.length === 1 ? 'is' : 'are'} outside the model’s vocabulary. Use only these characters:{' '}
      <code>
        {found.allowed.map((character) => (/\s/.test(character) ? `${shown(character)} ` : character)).join('')}
      </code>
    </div>
  );
}

/** Enter samples; Shift+Enter begins a line. */
function onKeyDown(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
  event.preventDefault();
  void startSampling();
}

function OwnPrompt() {
  const typed = useLab((state) => state.play.prompt);
  const answer = useLab((state) => state.play.answer);
  const prompt = usePrompt();
  const isOutside = useOutside() !== null;
  const right = typed === null ? exampleProblem(lab.getState()).answer : undefined;
  const id = useId();
  return (
    <>
      <div className={styles.fields}>
        <label className={styles.field}>
          Prompt
          <textarea
            rows={Math.min(6, prompt.split('\n').length)}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={isOutside}
            aria-describedby={`${id}-outside ${id}-hint`}
            value={prompt}
            // the example gives way to what is typed
            onFocus={({ target }) => typed === null && target.select()}
            onChange={({ target }) => change({ prompt: target.value })}
            onKeyDown={onKeyDown}
          />
        </label>
        <label className={styles.field}>
          Expected answer (optional)
          <input
            type="text"
            spellCheck={false}
            autoComplete="off"
            value={answer}
            placeholder={right}
            onChange={({ target }) => change({ answer: target.value })}
            onKeyDown={onKeyDown}
          />
        </label>
      </div>
      <Outside id={`${id}-outside`} />
      <p id={`${id}-hint`} className={texts.words}>
        {typed === null && 'An example of the task on screen, which its verifier judges; type your own. '}Enter samples,
        Shift+Enter adds a line.
        {answer !== '' && ' Answers are compared as text.'}
      </p>
    </>
  );
}

function TaskProblem() {
  const wanted = useLab((state) => state.data);
  const own = useLab((state) => state.draft.own);
  const at = browsable(wanted, own);
  const { task: name, level, seed, index } = at;
  const problems = useMemo(() => new BrowsedProblems(name, level, seed, own), [name, level, seed, own]);
  const problem = problems.at(index);
  return (
    <>
      <Dials shown={at} task={problems.task} own={own} />
      <p className={texts.words}>{problems.task.about}</p>
      <pre className={texts.block} data-testid="asked">
        {problem.prompt}
      </pre>
      <p className={texts.words}>
        Expected answer: <code>{problem.answer}</code>
      </p>
    </>
  );
}

export function Ask() {
  const ask = useLab((state) => state.play.ask);
  return (
    <Panel title="Ask" aside={<Kinds ask={ask} />}>
      {ask === 'prompt' ? <OwnPrompt /> : <TaskProblem />}
      <Actions />
      <DeviceNote />
    </Panel>
  );
}
