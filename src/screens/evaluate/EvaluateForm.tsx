/** Form of an evaluation: model, tasks, numbers, the button, and its progress. */
import { useId } from 'react';
import { setChoice, startEvaluation, stopEvaluation } from '../../store/evaluate';
import { type EvaluateNumber, evaluateFault } from '../../store/evaluateChoice';
import controls from '../data/control.module.css';
import { usePlay } from '../playground/hooks';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import styles from './Evaluate.module.css';
import { useEvaluate, useModelName } from './hooks';
import { ModelFields } from './ModelFields';
import { TaskFields } from './TaskFields';
import { taskWords } from './words';

function NumberField({ name, title }: { readonly name: EvaluateNumber; readonly title: string }) {
  const value = useLab((state) => state.evaluation[name]);
  const refused = useEvaluate((state) => state.refused[name] ?? null);
  const id = useId();
  const type = (text: string) => {
    const typed = text.trim() === '' ? Number.NaN : Number(text);
    setChoice(name, text, typed, evaluateFault(name, typed));
  };
  return (
    <label className={styles.field}>
      {title}
      <input
        className={classes(controls.control, styles.number)}
        inputMode="decimal"
        autoComplete="off"
        aria-invalid={refused !== null}
        aria-describedby={refused ? id : undefined}
        value={refused?.text ?? String(value)}
        onChange={({ target }) => type(target.value)}
      />
      {refused && (
        <span id={id} className={styles.fault} role="alert">
          {title}: {refused.fault}
        </span>
      )}
    </label>
  );
}

/** Greedy or sampled answers. Greedy ones are all the same, so they have neither temperature nor k. */
function Answers() {
  const temperature = useLab((state) => state.evaluation.temperature);
  return (
    <>
      <label className={styles.field}>
        Answers
        <select
          className={controls.control}
          value={temperature === 0 ? 'greedy' : 'sampled'}
          onChange={({ target }) => {
            const next = target.value === 'greedy' ? 0 : 0.8;
            setChoice('temperature', String(next), next, null);
          }}
        >
          <option value="sampled">Sampled</option>
          <option value="greedy">Greedy</option>
        </select>
      </label>
      {temperature > 0 && (
        <>
          <NumberField name="temperature" title="Temperature" />
          <NumberField name="samples" title="Samples k per problem" />
        </>
      )}
    </>
  );
}

function Progress() {
  const running = useEvaluate((state) => state.running);
  if (!running) return null;
  const { tasks, index, answered, total } = running;
  const on = tasks[index] ? taskWords(tasks[index]) : '';
  return (
    <>
      <progress aria-label="Answers" value={answered} max={total ?? 1} />
      <span data-testid="evaluation-progress">
        {total === null ? 'Loading the model …' : `${on}: ${answered} of ${total} answers`}
        {tasks.length > 1 && ` (task ${index + 1} of ${tasks.length})`}
      </span>
    </>
  );
}

function Outcome() {
  const failed = useEvaluate((state) => state.failed);
  const unstored = useEvaluate((state) => state.unstored);
  const device = useEvaluate((state) => state.device);
  const folderFault = usePlay((state) => state.folderFault);
  return (
    <>
      {device?.missing && (
        <p className={texts.words} role="status">
          Runs on the CPU reference, slowly. WebGPU unavailable: {device.missing.message}.
        </p>
      )}
      {failed !== null && (
        <Notice kind="error" shape="banner">
          {failed.cause === 'lost' ? (
            <>
              <b>The GPU was lost.</b> {failed.message}. Press Evaluate: the GPU is opened again, and finished passes
              are kept.
            </>
          ) : (
            <>
              <b>The evaluation failed.</b> {failed.message}
            </>
          )}
        </Notice>
      )}
      {folderFault !== null && (
        <Notice kind="error" shape="banner">
          <b>The folder was not opened.</b> {folderFault}
        </Notice>
      )}
      {unstored !== null && (
        <Notice kind="warning" shape="banner">
          <b>The result is not stored.</b> {unstored}
        </Notice>
      )}
    </>
  );
}

export function EvaluateForm() {
  const isRunning = useEvaluate((state) => state.running !== null);
  const isRefused = useEvaluate((state) => Object.keys(state.refused).length > 0);
  const name = useModelName();
  return (
    <Panel title="Evaluate a model">
      <div className={styles.form}>
        <ModelFields />
        <div className={styles.fields}>
          <TaskFields />
        </div>
        <div className={styles.fields}>
          <NumberField name="problems" title="Held-out problems" />
          <Answers />
          <NumberField name="seed" title="Seed" />
        </div>
        <div className={styles.actions}>
          {isRunning ? (
            <button type="button" className={styles.primary} onClick={stopEvaluation}>
              Stop
            </button>
          ) : (
            <button
              type="button"
              className={styles.primary}
              disabled={name === null || isRefused}
              onClick={() => void startEvaluation()}
            >
              Evaluate
            </button>
          )}
          <Progress />
        </div>
        <Outcome />
        <p className={texts.words}>
          Training never sees held-out problems: one in eight of each task. A training in this tab goes on meanwhile.
          The same seed draws the same problems, so that two models can be compared.
        </p>
      </div>
    </Panel>
  );
}
