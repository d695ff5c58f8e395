/** Paired comparison of two evaluations: the difference with its interval, the discordant problems, and each of them. */
import { openInPlayground } from '../../store/evaluate';
import type { EvaluationRow } from '../../worker/evaluationProtocol';
import { classes } from '../shared/classes';
import { fixed, percent } from '../shared/format';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import texts from '../shared/text.module.css';
import styles from './Evaluate.module.css';
import { useEvaluate, useTitles } from './hooks';
import { modelWords, samplingWords, taskWords } from './words';

type Comparison = NonNullable<ReturnType<typeof useComparison>>;
const useComparison = () => useEvaluate((state) => state.comparison);

/** Difference of two shares in points, with its sign. */
const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)} points`;

/** Problems that are listed. */
const MOST_LISTED = 100;

function verdictOf({ interval }: Comparison): string {
  if (!interval) return 'One problem shows no interval.';
  if (interval.low > 0) return 'B is better: the interval lies above 0.';
  if (interval.high < 0) return 'A is better: the interval lies below 0.';
  return 'Undecided: the interval has 0 in it. More problems would decide it.';
}

function Numbers({ shown }: { readonly shown: Comparison }) {
  const { difference, interval, standardError, aBetter, bBetter, equal } = shown;
  return (
    <dl className={styles.numbers} data-testid="comparison">
      <div>
        <dt>B − A</dt>
        <dd className={styles.first}>
          <b>{points(difference)}</b>
          <small>{verdictOf(shown)}</small>
        </dd>
      </div>
      <div>
        <dt>95 % interval</dt>
        <dd>
          <b>{interval ? `${points(interval.low)} to ${points(interval.high)}` : 'n.a.'}</b>
          <small>
            {interval &&
              (interval.resamples > 0
                ? `Paired bootstrap over problems, ${interval.resamples} resamples.`
                : 'Newcombe, because all problems differ by the same amount.')}
            {standardError ? ` Standard error ${fixed(100 * standardError, 1)} points.` : ''}
          </small>
        </dd>
      </div>
      <div>
        <dt>Problems that differ</dt>
        <dd>
          <b>
            {bBetter} for B, {aBetter} for A
          </b>
          <small>Equal on {equal}. Only the problems that differ decide.</small>
        </dd>
      </div>
    </dl>
  );
}

function Problems({ shown, pair }: { shown: Comparison; pair: readonly [EvaluationRow, EvaluationRow] }) {
  const { differences } = shown;
  if (differences.length === 0) return <p className={texts.empty}>Both are right on the same problems.</p>;
  return (
    <>
      <Scroll label="Problems that differ">
        <table className={classes(table.table, table.nowrap)}>
          <thead>
            <tr>
              {['Problem', 'Expected', 'A right', 'A answers first', 'B right', 'B answers first', 'Open'].map(
                (heading) => (
                  <th key={heading} scope="col">
                    {heading}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {differences.slice(0, MOST_LISTED).map(({ index, problem, a, b, answers }) => (
              <tr key={index}>
                <th scope="row" className={styles.prompt}>
                  {problem?.prompt ?? `number ${index + 1}`}
                </th>
                <td>{problem?.answer ?? '–'}</td>
                <td>{percent(a)}</td>
                <td>{answers[0] ?? 'none'}</td>
                <td>{percent(b)}</td>
                <td>{answers[1] ?? 'none'}</td>
                <td>
                  {problem && (
                    <button
                      type="button"
                      aria-label={`Open ${problem.prompt} in Playground`}
                      onClick={() => openInPlayground(pair, problem)}
                    >
                      Playground
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {differences.length > MOST_LISTED && (
        <p className={texts.words}>
          The {MOST_LISTED} widest of {differences.length} differences are listed.
        </p>
      )}
    </>
  );
}

export function Compared() {
  const compared = useLab((state) => state.evaluation.compared);
  const rows = useEvaluate((state) => state.rows);
  const comparison = useComparison();
  const fault = useEvaluate((state) => state.comparisonFault);
  const titles = useTitles();
  const [a, b] = compared.map((id) => rows.find((row) => row.id === id));
  if (!a || !b) return null;
  return (
    <Panel title="Paired comparison" aside={taskWords(a.header)}>
      <p>
        <b>A</b> {modelWords(a, titles)}, {samplingWords(a)}: {percent(a.measured.accuracy.mean)}
        <br />
        <b>B</b> {modelWords(b, titles)}, {samplingWords(b)}: {percent(b.measured.accuracy.mean)}
      </p>
      {fault !== null && (
        <Notice kind="error" shape="banner">
          <b>They cannot be compared.</b> {fault}
        </Notice>
      )}
      {comparison ? (
        <>
          <Numbers shown={comparison} />
          <Problems shown={comparison} pair={[a, b]} />
        </>
      ) : (
        fault === null && <p className={texts.empty}>Comparing …</p>
      )}
    </Panel>
  );
}
