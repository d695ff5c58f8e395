/** All evaluations that are there, with the choice of two to compare. */
import { areComparable, compare } from '../../store/evaluate';
import type { EvaluationRow } from '../../worker/evaluationProtocol';
import { classes } from '../shared/classes';
import { fixed, percent } from '../shared/format';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import texts from '../shared/text.module.css';
import { useEvaluate, useTitles } from './hooks';
import { intervalWords, modelWords, samplingWords, taskWords } from './words';

function Row({ row, words, others }: { row: EvaluationRow; words: string; others: readonly EvaluationRow[] }) {
  const compared = useLab((state) => state.evaluation.compared);
  const { accuracy, meanLength } = row.measured;
  const choice = (place: 0 | 1) => {
    const other = others.find(({ id }) => id === compared[1 - place]);
    const isChosen = compared[place] === row.id;
    const ids: [string | null, string | null] = [compared[0], compared[1]];
    ids[place] = isChosen ? null : row.id;
    const letter = place === 0 ? 'A' : 'B';
    return (
      <button
        type="button"
        aria-pressed={isChosen}
        aria-label={`${letter}: ${words}`}
        disabled={!isChosen && other !== undefined && (other.id === row.id || !areComparable(other, row))}
        onClick={() => void compare(ids)}
      >
        {letter}
      </button>
    );
  };
  return (
    <tr>
      <td>
        {choice(0)} {choice(1)}
      </td>
      <th scope="row">{words}</th>
      <td>{taskWords(row.header)}</td>
      <td>
        <b>{percent(accuracy.mean)}</b> ({intervalWords(accuracy.interval)})
      </td>
      <td>{fixed(meanLength, 1)}</td>
      <td>
        {samplingWords(row)}, {row.measured.problems} problems, seed {row.header.seed}
        {row.file === null && ', not stored'}
      </td>
    </tr>
  );
}

export function Records() {
  const rows = useEvaluate((state) => state.rows);
  const isRead = useEvaluate((state) => state.isRead);
  const faults = useEvaluate((state) => state.faults);
  const titles = useTitles();
  return (
    <Panel title="Evaluations so far">
      {faults.length > 0 && (
        <Notice kind="warning" shape="banner">
          <b>Some evaluations cannot be read.</b>
          {faults.map((fault) => (
            <p key={fault}>{fault}</p>
          ))}
        </Notice>
      )}
      {rows.length === 0 ? (
        <p className={texts.empty}>
          {isRead
            ? 'None yet. Each evaluation is stored with its run, and stays after a reload.'
            : 'Reading the evaluations …'}
        </p>
      ) : (
        <>
          <p className={texts.words}>
            Choose A and B on the same problems (task, level, number and seed) to compare them pair by pair.
          </p>
          <Scroll label="Evaluations">
            <table className={classes(table.table, table.full, table.nowrap)} data-testid="evaluations">
              <thead>
                <tr>
                  {['Compare', 'Model', 'Task', 'Accuracy (95 % Wilson)', 'Tokens', 'Asked'].map((heading) => (
                    <th key={heading} scope="col">
                      {heading}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Row key={row.id} row={row} words={modelWords(row, titles)} others={rows} />
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
    </Panel>
  );
}
