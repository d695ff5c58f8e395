/** Experiment: a finding of the report beside ours, or lessons of this lab, with its numbers and the command that repeats it. */
import '../../re2'; // before the recipes of the settings
import { useEffect, useState } from 'react';
import type { Arm } from '../../lab/report/arm';
import { experiments } from '../../lab/report/index';
import { type Result, unitForms } from '../../lab/report/results';
import type { StoredArm } from '../../lab/report/storedArms';
import { EVALUATE_RANGES } from '../../store/evaluateChoice';
import { show } from '../../store/lab';
import { openRecipe } from '../../store/replace';
import { followArms, storedArmOf } from '../../store/reportArms';
import { clock } from '../../units';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import texts from '../shared/text.module.css';
import { ArmAction } from './ArmAction';
import { ArmRow } from './ArmRow';
import arms from './Arms.module.css';
import { Curves } from './Curves';
import styles from './Experiment.module.css';
import { useReportArms } from './hooks';
import { Matrix } from './Matrix';
import { isOfReport, Outcome } from './Outcome';
import { Spreads } from './Spreads';

const NONE: readonly StoredArm[] = [];
const MOST_SEED = EVALUATE_RANGES.seed.max;

/** Seed of a text; null if it is none. */
function seedOf(text: string): number | null {
  const seed = /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return seed <= MOST_SEED ? seed : null;
}

/** Button that loads the recipe of a setting into New run, with the outcome beside it. */
function LoadButton({ row: { arm, recipe, set } }: { row: Result['rows'][number] }) {
  const [outcome, setOutcome] = useState<{ text: string; failed: boolean } | null>(null);
  if (recipe === null) return null;
  const load = async () => {
    try {
      const loaded = await openRecipe(recipe, set);
      setOutcome(loaded ? { text: 'Loaded into New run.', failed: false } : null);
    } catch (error) {
      setOutcome({ text: (error as Error).message, failed: true });
    }
  };
  return (
    <span className={styles.load}>
      <button type="button" aria-label={`Load recipe of ${arm}`} onClick={() => void load()}>
        Load recipe
      </button>
      <span role="status" className={outcome?.failed ? styles.error : undefined}>
        {outcome?.text}
      </span>
    </span>
  );
}

function Facts({ result }: { result: Result }) {
  const { command, seeds, adapter, date, commit, seconds } = result;
  return (
    <>
      <h3>Run it again</h3>
      <pre className={texts.block}>{command}</pre>
      <p className={texts.words}>
        {seeds.length === 1
          ? `Seed ${seeds[0]} only: no sd over seeds.`
          : `Mean ± sample sd over seeds ${seeds.join(', ')}; one dot per seed.`}{' '}
        Measured on {date} with commit {commit}, on {adapter}, in {clock(seconds)}.
      </p>
    </>
  );
}

/** Effects that decide the outcome, each with its interval. */
function Effects({ result: { effects = [], effectUnit = 'points' } }: { result: Result }) {
  if (effects.length === 0) return null;
  const { factor, digits } = unitForms[effectUnit];
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value * factor).toFixed(digits)}`;
  return (
    <Scroll label="Effects">
      <table className={table.table}>
        <thead>
          <tr>
            <th>Effect, {effectUnit}</th>
            <th>Mean</th>
            <th>95 % interval</th>
            <th>In every seed</th>
            <th>Counts</th>
          </tr>
        </thead>
        <tbody>
          {effects.map(({ arm, mean, low, high, everySeed, holds }) => (
            <tr key={arm}>
              <th scope="row">{arm}</th>
              <td>{signed(mean)}</td>
              <td>{low === null || high === null ? 'n.a.' : `${signed(low)} to ${signed(high)}`}</td>
              <td>{everySeed ? 'yes' : 'no'}</td>
              <td>{holds ? 'yes' : 'no'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Seed of the next run of a setting, with what it means. */
function SeedField({ seeds, text, set }: { seeds: readonly number[]; text: string; set: (text: string) => void }) {
  const onCpu = useLab((state) => state.compute === 'cpu');
  return (
    <div className={arms.intro}>
      <label className={arms.seed}>
        Seed of the run
        <input
          inputMode="numeric"
          value={text}
          aria-invalid={seedOf(text) === null}
          aria-describedby="seed-help"
          onChange={({ target }) => set(target.value)}
        />
      </label>
      <p id="seed-help">
        {seedOf(text) === null
          ? `Use a whole number from 0 to ${MOST_SEED}.`
          : `“Run this setting” trains it in this tab as a stored run. Its numbers appear below the row, and stay. Seeds ${seeds.join(', ')} are those of the table, so they compare number by number; another device rounds differently.`}
        {onCpu && ' Runs compute on the CPU here: a setting may take hours.'}
      </p>
    </div>
  );
}

/** Table of an experiment whose settings run in this tab. */
function Settings({ result }: { result: Result }) {
  const chosen = useLab((state) => state.experimentSeed);
  const [refused, setRefused] = useState<string | null>(null);
  const text = refused ?? String(chosen ?? result.seeds[0]);
  const setText = (typed: string) => {
    const seed = seedOf(typed);
    setRefused(seed === null ? typed : null);
    if (seed !== null) show({ experimentSeed: seed });
  };
  const stored = useReportArms((state) => (state.experiment === result.id ? state.arms : NONE));
  const fault = useReportArms((state) => state.fault);
  useEffect(() => followArms(result.id), [result.id]);
  const known = experiments.find(({ id }) => id === result.id)?.arms ?? [];
  const armOf = (row: Result['rows'][number]) => known.find(({ arm }) => arm === row.arm);
  const seed = seedOf(text);
  return (
    <>
      <SeedField seeds={result.seeds} text={text} set={setText} />
      {fault !== null && (
        <Notice kind="warning" shape="banner">
          <b>Runs of this browser cannot be read.</b> {fault}
        </Notice>
      )}
      <Spreads
        columns={result.columns}
        rows={result.rows}
        action={(row) => {
          const arm = armOf(row);
          return (
            <div className={arms.action}>
              {arm && seed !== null && (
                <ArmAction at={{ experiment: result.id, arm, seed }} stored={storedArmOf(stored, arm.arm, seed)} />
              )}
              <LoadButton row={row} />
            </div>
          );
        }}
        more={(row, scales) => {
          const arm = armOf(row);
          return stored
            .filter((one) => arm && one.arm === arm.arm)
            .map((one) => (
              <ArmRow key={one.seed} result={result} row={row} arm={arm as Arm} stored={one} scales={scales} />
            ));
        }}
      />
    </>
  );
}

export function Experiment({ result }: { result: Result }) {
  const { id, title, finding, report, found, why, rule, matrix, curves } = result;
  const reported = isOfReport(result);
  return (
    <Panel title={reported ? `${id}: ${title}` : title} aside={<Outcome result={result} />}>
      <dl className={styles.beside}>
        <div>
          <dt>{reported ? 'The report finds' : 'Claim'}</dt>
          <dd>{finding}</dd>
          {reported && <dd className={styles.figure}>{report}</dd>}
        </div>
        <div>
          <dt>We find</dt>
          <dd>{found}</dd>
          <dd className={styles.why}>{why}</dd>
          {rule && <dd className={styles.why}>{rule}</dd>}
        </div>
      </dl>
      <Settings result={result} />
      <Effects result={result} />
      {matrix && <Matrix matrix={matrix} />}
      {curves.length > 0 && <Curves curves={curves} />}
      <Facts result={result} />
    </Panel>
  );
}
