/** The report beside us: findings of the report beside ours, from result files. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { useEffect } from 'react';
import type { Result } from '../../lab/report/results';
import { quote } from '../../quote';
import { show } from '../../store/lab';
import { readResults } from '../../store/results';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import { Experiment } from './Experiment';
import { isOfReport, Outcome } from './Outcome';
import styles from './Report.module.css';

/** Findings of the report in their order, and lessons of this lab. */
export const inOrder = <T extends Pick<Result, 'id'>>(
  results: readonly T[],
): { readonly report: T[]; readonly lessons: T[] } => ({
  report: results.filter(isOfReport).sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1))),
  lessons: results.filter((result) => !isOfReport(result)),
});

function Choose({ label, results, chosen }: { label: string; results: readonly Result[]; chosen: Result }) {
  return (
    <nav className={styles.experiments} aria-label={label}>
      {results.map((result) => (
        <button
          key={result.id}
          type="button"
          aria-current={result === chosen ? 'true' : undefined}
          onClick={() => show({ experiment: result.id })}
        >
          <b>{isOfReport(result) && result.id}</b> <span>{result.title}</span>
          <Outcome result={result} />
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
              <h2 className={styles.lessonsTitle}>Lessons of this lab</h2>
              <Choose label="Lessons of this lab" results={lessons} chosen={result} />
            </>
          )}
          <Experiment key={result.id} result={result} />
        </>
      ) : (
        faults.length === 0 && (
          <Panel title="Report and lab">
            <p className={texts.empty}>
              {read
                ? 'No experiment has run yet. Each adds its result here: the finding and figure of the report, our numbers with their spread over seeds, and the command that runs it again.'
                : 'Reading the results…'}
            </p>
          </Panel>
        )
      )}
    </>
  );
}

export function Report() {
  useEffect(() => void readResults(), []);
  return (
    <>
      <p className={texts.intro}>
        Findings of the report at 14 billion parameters, beside what a model of this lab does.
      </p>
      <Experiments />
    </>
  );
}
