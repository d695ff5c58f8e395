/** What was measured: the report's findings beside ours, from result files, and the evaluations of the run on screen. */
import { useEffect } from 'react';
import type { Result } from '../lab/report/results';
import { quote } from '../quote';
import { show } from '../store/lab';
import { readResults } from '../store/results';
import { Experiment, ofReport, verdictOf } from './Experiment';
import { useLab } from './hooks';
import { Notice } from './Notice';
import { Panel } from './parts';
import { RunEvaluations } from './RunEvaluations';

/** The report's findings in their order, then the lessons of this lab. */
export const inOrder = <T extends Pick<Result, 'id'>>(
  results: readonly T[],
): { readonly report: T[]; readonly lessons: T[] } => ({
  report: results.filter(ofReport).sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1))),
  lessons: results.filter((result) => !ofReport(result)),
});

function Choose({ label, results, chosen }: { label: string; results: readonly Result[]; chosen: Result }) {
  return (
    <nav className="experiments" aria-label={label}>
      {results.map((result) => (
        <button
          key={result.id}
          type="button"
          aria-current={result === chosen ? 'true' : undefined}
          onClick={() => show({ experiment: result.id })}
        >
          <b>{ofReport(result) && result.id}</b> <span>{result.title}</span>
          <span className={`outcome ${result.verdict}`}>{verdictOf(result)}</span>
        </button>
      ))}
    </nav>
  );
}

function Experiments() {
  const { list, faults, read } = useLab((state) => state.results);
  const chosen = useLab((state) => state.experiment);
  const { report, lessons } = inOrder(list);
  const result = list.find(({ id }) => id === chosen) ?? report[0] ?? lessons[0];
  return (
    <>
      {faults.length > 0 && (
        <Notice kind="error" shape="banner">
          <b>Some results cannot be shown.</b>
          <pre>{faults.join('\n')}</pre>
        </Notice>
      )}
      {read && chosen !== null && result && result.id !== chosen && (
        <Notice kind="warning" shape="banner">
          <b>There is no experiment {quote(chosen)}.</b> You see {result.id}.
        </Notice>
      )}
      {result ? (
        <>
          {report.length > 0 && <Choose label="Experiments" results={report} chosen={result} />}
          {lessons.length > 0 && (
            <>
              <h2 className="lessons-title">Lessons of this lab</h2>
              <Choose label="Lessons of this lab" results={lessons} chosen={result} />
            </>
          )}
          <Experiment key={result.id} result={result} />
        </>
      ) : (
        faults.length === 0 && (
          <Panel title="The report beside us">
            <p className="empty">
              {read
                ? 'No experiment has been run yet. Each leaves its result here: the report’s finding and figure, our numbers with their spread over seeds, and the command that runs it again.'
                : 'Reading the results …'}
            </p>
          </Panel>
        )
      )}
    </>
  );
}

export function Evaluate() {
  useEffect(() => void readResults(), []);
  return (
    <>
      <p className="words about-task">
        What the report found at 14 billion parameters, beside what a model of this lab does.
      </p>
      <Experiments />
      <RunEvaluations />
    </>
  );
}
