/** Numbers of a setting that ran in this browser, under those of the committed seeds; or what is missing for them. */
import type { Arm } from '../../lab/report/arm';
import { beyondRange } from '../../lab/report/beyondRange';
import { type Result, type ResultUnit, type Spread, spreadOf } from '../../lab/report/results';
import type { ArmRunFound, StoredArm } from '../../lab/report/storedArms';
import { openRun, refreshRuns, runs } from '../../store/runs';
import styles from './Arms.module.css';
import { Dots, type Scale } from './Dots';
import { useEvaluate, useReportArms } from './hooks';
import { inUnit } from './unitFormat';

/** Distance without a sign, such as "1.2 points". */
const distance = (by: number, unit: ResultUnit): string =>
  inUnit(Math.abs(by), unit === 'share' ? 'points' : unit).replace('+', '');

/** Place of a number among those of the committed seeds, in words. */
export function rangeWords(value: number, spread: Pick<Spread, 'values'>, unit: ResultUnit): string {
  const by = beyondRange(value, spread);
  if (by === 0) return 'within the range of the seeds';
  return `${distance(by, unit)} ${by > 0 ? 'above' : 'below'} the range of the seeds`;
}

/** Work that the numbers wait for, in words. */
export function missingWords({ runs: found, answers }: StoredArm, { evaluation }: Pick<Arm, 'evaluation'>): string {
  const ended = found.filter((run) => run?.hasEnded).length;
  if (ended < found.length)
    return found.length === 1
      ? 'This run has not come to its end; the numbers follow then.'
      : `${ended} of ${found.length} runs ${ended === 1 ? 'has' : 'have'} come to the end; the numbers need all.`;
  if (!evaluation) return '';
  return `Trained. The numbers need ${evaluation.samples} answers to each of ${evaluation.problems} problems; ${answers ?? 0} are there.`;
}

async function open(name: string): Promise<void> {
  await refreshRuns();
  const run = runs.getState().list.find((one) => one.name === name);
  if (run) await openRun(run);
}

const RunLink = ({ found: { run, title, adapter } }: { readonly found: ArmRunFound }) => (
  <small>
    <button type="button" className={styles.link} aria-label={`Open ${title}`} onClick={() => void open(run)}>
      {title}
    </button>{' '}
    on {adapter}
  </small>
);

function Progress({ seed }: { readonly seed: number }) {
  const running = useEvaluate((state) => state.running);
  if (!running) return null;
  return <progress aria-label={`Answers, seed ${seed}`} max={running.total ?? 1} value={running.answered} />;
}

interface ArmRowProps {
  readonly result: Pick<Result, 'id' | 'columns' | 'seeds'>;
  readonly row: Result['rows'][number];
  readonly arm: Arm;
  readonly stored: StoredArm;
  readonly scales: readonly Scale[];
}

export function ArmRow({ result: { id, columns, seeds }, row, arm, stored, scales }: ArmRowProps) {
  const { seed, cells } = stored;
  const isEvaluating = useReportArms(
    ({ evaluating: now }) => now?.experiment === id && now.arm === arm.arm && now.seed === seed,
  );
  const at = seeds.indexOf(seed);
  return (
    <tr className={styles.here} data-testid="here">
      <th scope="row">
        In this browser, seed {seed}
        {stored.runs.map((found) => found && <RunLink key={found.run} found={found} />)}
      </th>
      {cells ? (
        columns.map(({ unit }, c) => {
          const [value, spread] = [cells[c] ?? null, row.cells[c] ?? null];
          if (value === null) return <td key={c}>–</td>;
          const same = spread?.values[at];
          return (
            <td key={c}>
              <b>{inUnit(value, unit)}</b>
              <Dots spread={spreadOf([value])} scale={scales[c] as Scale} unit={unit} />
              {spread && <small>{rangeWords(value, spread, unit)}</small>}
              {same !== undefined && (
                <small>
                  seed {seed} of the table: {inUnit(same, unit)}
                </small>
              )}
            </td>
          );
        })
      ) : (
        <td colSpan={columns.length}>
          {missingWords(stored, arm)} {isEvaluating && <Progress seed={seed} />}
        </td>
      )}
      <td />
    </tr>
  );
}
