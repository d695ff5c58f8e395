/** Results of an evaluation: its numbers with what each means, or a transfer matrix for several tasks. */
import { useMemo } from 'react';
import { recipeOfModel, tasksOnShow } from '../../store/evaluate';
import { resultsOf } from '../../store/evaluated';
import type { EvaluationRow } from '../../worker/evaluationProtocol';
import { usePlay } from '../playground/hooks';
import { classes } from '../shared/classes';
import { fixed, percent } from '../shared/format';
import { useLab } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import texts from '../shared/text.module.css';
import styles from './Evaluate.module.css';
import { useEvaluate, useModelName, useTitles } from './hooks';
import { intervalWords, modelWords, samplingWords, taskWords } from './words';

function Numbers({ row }: { readonly row: EvaluationRow }) {
  const { accuracy, passAtK, meanLength, truncated, problems } = row.measured;
  return (
    <dl className={styles.numbers} data-testid="evaluation">
      <div>
        <dt>Accuracy</dt>
        <dd className={styles.first}>
          <b>{percent(accuracy.mean)}</b>
          <small>
            95 % interval {intervalWords(accuracy.interval)} (Wilson): the range that {problems} problems leave open.
            More problems make it narrower.
          </small>
        </dd>
      </div>
      {passAtK.length > 1 && (
        <div>
          <dt>pass@k</dt>
          <dd>
            <b>{passAtK.map(({ k, value }) => `${k}: ${percent(value)}`).join(' · ')}</b>
            <small>
              Share of problems with a right answer among k samples. A steep rise: the model can, but rarely does.
            </small>
          </dd>
        </div>
      )}
      <div>
        <dt>Mean length</dt>
        <dd>
          <b>{fixed(meanLength, 1)} tokens</b>
          <small>Of an answer with its thought. At most {row.header.maxNew} are allowed.</small>
        </dd>
      </div>
      <div>
        <dt>Truncated</dt>
        <dd>
          <b>{percent(truncated)}</b>
          <small>Answers that hit the length limit; they count as wrong.</small>
        </dd>
      </div>
    </dl>
  );
}

function Transfer({ rows, title }: { readonly rows: readonly EvaluationRow[]; readonly title: string }) {
  return (
    <Scroll label="Transfer">
      <table className={classes(table.table, table.headed, table.nowrap)} data-testid="transfer">
        <caption className={texts.unseen}>Accuracy of {title} on several tasks</caption>
        <thead>
          <tr>
            {['Evaluated on', 'Accuracy', '95 % interval (Wilson)', 'Tokens', 'Truncated', 'Problems'].map(
              (heading) => (
                <th key={heading} scope="col">
                  {heading}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, header, measured: { accuracy, meanLength, truncated, problems } }) => (
            <tr key={id}>
              <th scope="row">{taskWords(header)}</th>
              <td>
                <b>{percent(accuracy.mean)}</b>
              </td>
              <td>{intervalWords(accuracy.interval)}</td>
              <td>{fixed(meanLength, 1)}</td>
              <td>{percent(truncated)}</td>
              <td>{problems}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Rows of the last evaluation of this visit; before one, those that the choices on screen have in storage. */
function useResults(): readonly EvaluationRow[] {
  const latest = useEvaluate((state) => state.latest);
  const all = useEvaluate((state) => state.rows);
  const isRunning = useEvaluate((state) => state.running !== null);
  const choice = useLab((state) => state.evaluation);
  const name = useModelName();
  const models = usePlay((state) => state.runs);
  const folders = usePlay((state) => state.folders);
  return useMemo(() => {
    if (latest.length > 0 || isRunning) return latest.flatMap((id) => all.find((row) => row.id === id) ?? []);
    const recipe = recipeOfModel(name, { runs: models, folders });
    return resultsOf(all, name, tasksOnShow(choice, recipe), choice, recipe);
  }, [latest, all, isRunning, choice, name, models, folders]);
}

export function Results() {
  const rows = useResults();
  const titles = useTitles();
  const [first] = rows;
  if (!first) return null;
  const title = modelWords(first, titles);
  return (
    <Panel title="Result" aside={`${title} · ${samplingWords(first)}`}>
      {rows.length === 1 ? (
        <>
          <h3>{taskWords(first.header)}</h3>
          <Numbers row={first} />
        </>
      ) : (
        <Transfer rows={rows} title={title} />
      )}
    </Panel>
  );
}
