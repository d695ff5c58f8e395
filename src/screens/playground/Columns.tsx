/** Models side by side, each with its completions. */
import { useMemo, useState } from 'react';
import { mean, standardDeviation } from '../../stats';
import { chooseModels } from '../../store/play';
import { MOST_COLUMNS } from '../../store/playChoice';
import type { PlayColumn } from '../../store/playSamples';
import { type Axis, axisOf } from '../shared/PartsBar';
import { Attempts } from './Attempts';
import styles from './Columns.module.css';
import { FolderButton } from './FolderButton';
import { useModelNames, usePlay } from './hooks';
import { ModelPicker } from './ModelPicker';
import { SampleCard } from './SampleCard';

/** Token that is open, by its place. */
export interface Chosen {
  readonly column: number;
  readonly sample: number;
  readonly token: number;
}

/** Mean and deviation of the rewards on show, and one axis for all bars. */
export interface Scale {
  readonly axis: Axis;
  readonly mean: number;
  readonly deviation: number;
}

function scaleOf(columns: readonly PlayColumn[]): Scale | null {
  const completions = columns
    .flatMap(({ samples }) => samples)
    .flatMap(({ completion }) =>
      completion?.reward
        ? [
            {
              reward: completion.reward.total,
              parts: completion.reward.parts.map(({ name, weight, value }) => ({
                name,
                weight,
                amount: weight * value,
              })),
            },
          ]
        : [],
    );
  if (completions.length === 0) return null;
  const totals = completions.map(({ reward }) => reward);
  const group = { mean: mean(totals), deviation: totals.length > 1 ? standardDeviation(totals) : 0 };
  return { ...group, axis: axisOf({ ...group, completions }) };
}

export function Columns() {
  const names = useModelNames();
  const columns = usePlay((state) => state.columns);
  const task = usePlay(({ request }) => request?.problem?.task ?? 'own');
  const isBusy = usePlay((state) => state.status !== 'idle');
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const shown = names.map((name, c) => (columns[c]?.model === name ? columns[c] : null));
  const scale = useMemo(() => scaleOf(columns), [columns]);
  return (
    <>
      <div className={styles.add}>
        <p className={styles.legend}>
          <span>
            Token tint: confidence <i className={styles.sure} /> sure <i className={styles.unsure} /> surprising (1 in
            50 or less)
          </span>
          <span>Click a token for its numbers and to branch.</span>
        </p>
        {names.length < MOST_COLUMNS && (
          <button type="button" onClick={() => chooseModels([...names, names.at(-1)!])}>
            Add a column
          </button>
        )}
        <FolderButton />
      </div>
      <div className={styles.columns}>
        {shown.map((results, column) => (
          // a column keeps its place, whatever its model
          <section key={column} className={styles.column} aria-label={`Column ${column + 1}`} data-testid="play-column">
            <ModelPicker column={column} names={names} />
            {results === null && <p className={styles.none}>Press Sample to see what it answers.</p>}
            {results?.attempts && <Attempts attempts={results.attempts} />}
            {results?.samples.map((sample, s) => (
              <SampleCard
                key={s}
                sample={sample}
                place={column}
                index={s}
                isAlone={results.samples.length === 1}
                vocabulary={results.vocabulary}
                ends={results.ends}
                task={task}
                scale={scale}
                isBusy={isBusy}
                token={chosen?.column === column && chosen.sample === s ? chosen.token : null}
                onChoose={setChosen}
              />
            ))}
          </section>
        ))}
      </div>
    </>
  );
}
