/** Choice of the model of a column: untrained weights, a checkpoint of a run, or an opened folder. */
import { X } from 'lucide-react';

import { chooseModel, chooseModels, chooseRun } from '../../store/play';
import { FOLDER, runOf, UNTRAINED } from '../../store/playModels';
import { titleOf } from '../../store/runs';
import type { PlayCheckpoint } from '../../worker/playProtocol';
import controls from '../data/control.module.css';
import { useRuns } from '../runs/hooks';
import { percent } from '../shared/format';
import { useLab } from '../shared/hooks';
import { usePlay } from './hooks';
import styles from './ModelPicker.module.css';

/** "GRPO 24, 96 % sampled": held-out accuracy of sampled answers, where it was measured. */
function checkpointWords({ stage, step, accuracy }: PlayCheckpoint): string {
  const place = stage === 'grpo' && step === 0 ? 'Start of GRPO' : `${stage.toUpperCase()} ${step}`;
  return accuracy === null ? place : `${place}, ${percent(accuracy)} sampled`;
}

/** Runs of the browser; the run of a link may not be among them. */
function useRunOptions(run: string | null): readonly { readonly name: string; readonly title: string }[] {
  const list = useRuns((state) => state.list);
  const options = list.map((one) => ({ name: one.name, title: titleOf(one) }));
  const isListed = run === null || options.some(({ name }) => name === run);
  return isListed ? options : [...options, { name: run, title: run }];
}

function Checkpoints({ column, name }: { readonly column: number; readonly name: string }) {
  const { run, checkpoint } = runOf(name)!;
  const models = usePlay((state) => state.runs[run] ?? null);
  const fault = usePlay((state) => state.runFaults[run] ?? null);
  if (fault !== null) return <p className={styles.fault}>{fault}</p>;
  const checkpoints = models?.checkpoints ?? [];
  const isKnown = checkpoint === 'base' || checkpoints.some((one) => one.name === checkpoint);
  return (
    <select
      className={controls.control}
      aria-label={`Checkpoint of column ${column + 1}`}
      value={checkpoint}
      onChange={({ target }) => chooseModel(column, `${run}@${target.value}`)}
    >
      {!isKnown && <option value={checkpoint}>{checkpoint}</option>}
      {checkpoints.map((one) => (
        <option key={one.name} value={one.name}>
          {checkpointWords(one)}
        </option>
      ))}
      {(models === null || models.recipe !== null) && <option value="base">Base: before training</option>}
    </select>
  );
}

interface ModelPickerProps {
  readonly column: number;
  readonly names: readonly string[];
}

export function ModelPicker({ column, names }: ModelPickerProps) {
  const name = names[column]!;
  const stored = runOf(name);
  const runs = useRunOptions(stored?.run ?? null);
  const folders = usePlay((state) => state.folders);
  const title = useLab((state) => (state.run.start?.recipe ?? state.draft).title);
  const isOpen = !name.startsWith(FOLDER) || folders.some((folder) => FOLDER + folder.name === name);
  const choose = (value: string) => {
    if (value === UNTRAINED || value.startsWith(FOLDER)) chooseModel(column, value);
    else void chooseRun(column, value.slice('run:'.length));
  };
  return (
    <div className={styles.picker}>
      <select
        className={controls.control}
        aria-label={`Model of column ${column + 1}`}
        value={stored ? `run:${stored.run}` : name}
        onChange={({ target }) => choose(target.value)}
      >
        <option value={UNTRAINED}>Untrained weights of “{title}”</option>
        {!isOpen && <option value={name}>{name.slice(FOLDER.length)} (folder, not open)</option>}
        {runs.length > 0 && (
          <optgroup label="Runs">
            {runs.map((run) => (
              <option key={run.name} value={`run:${run.name}`}>
                {run.title}
              </option>
            ))}
          </optgroup>
        )}
        {folders.length > 0 && (
          <optgroup label="Folders">
            {folders.map((folder) => (
              <option key={folder.name} value={FOLDER + folder.name}>
                {folder.name}
              </option>
            ))}
          </optgroup>
        )}
      </select>
      {stored && <Checkpoints column={column} name={name} />}
      {names.length > 1 && (
        <button
          type="button"
          aria-label={`Remove column ${column + 1}`}
          onClick={() => chooseModels(names.filter((_, c) => c !== column))}
        >
          <X size={14} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
