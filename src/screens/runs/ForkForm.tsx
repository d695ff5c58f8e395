/** Form for a fork of a checkpoint: the settings that it changes. Empty ones stay as in the parent. */
import { type FormEvent, useState } from 'react';
import { forkFrom, type ListedRun } from '../../store/runs';
import type { CheckpointRow } from '../../worker/library';
import texts from '../shared/text.module.css';
import styles from './ForkForm.module.css';
import { stepWords } from './words';

const FIELDS = [
  { path: 'grpo.steps', title: 'GRPO steps' },
  { path: 'grpo.learningRate', title: 'GRPO learning rate' },
  { path: 'grpo.beta', title: 'KL weight β' },
  { path: 'grpo.temperature', title: 'Sampling temperature' },
] as const;

interface ForkFormProps {
  readonly run: ListedRun;
  readonly checkpoint: CheckpointRow;
  readonly onClose: () => void;
}

export function ForkForm({ run, checkpoint, onClose }: ForkFormProps) {
  const [isStarting, setStarting] = useState(false);
  const place = stepWords({ ...checkpoint, recipe: null });
  const begin = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const given = FIELDS.map(({ path }) => [path, String(data.get(path) ?? '').trim()] as const);
    const fields = Object.fromEntries(
      given.filter(([, text]) => text !== '').map(([path, text]) => [path, Number(text)]),
    );
    setStarting(true);
    await forkFrom(run, checkpoint, fields);
    setStarting(false);
  };
  return (
    <form className={styles.form} aria-label={`Fork from ${checkpoint.name}`} onSubmit={(event) => void begin(event)}>
      <p className={texts.words}>
        The fork begins with the weights and the optimizer of {place} and trains on as a run of its own. Empty settings
        stay as they are; edit rewards in the Rewards view of the opened run.
      </p>
      {FIELDS.map(({ path, title }) => (
        <label key={path}>
          {title}
          <input
            name={path}
            inputMode="decimal"
            pattern="[0-9.eE+\-]*"
            placeholder={path === 'grpo.steps' ? String(run.recipe?.grpo.steps ?? 'as before') : 'as before'}
          />
        </label>
      ))}
      <button type="submit" className={styles.primary} disabled={isStarting}>
        Fork from {place}
      </button>
      <button type="button" onClick={onClose}>
        Cancel
      </button>
    </form>
  );
}
