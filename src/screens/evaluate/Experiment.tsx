/** Experiment: a finding of the report beside ours, or lessons of this lab, with its numbers and the command that repeats it. */
import { useState } from 'react';
import { type Result, unitForms } from '../../lab/report/results';
import { openRecipe } from '../../store/replace';
import { clock } from '../../units';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import texts from '../shared/text.module.css';
import { Curves } from './Curves';
import styles from './Experiment.module.css';
import { Matrix } from './Matrix';
import { isOfReport, Outcome } from './Outcome';
import { Spreads } from './Spreads';

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
      <Spreads columns={result.columns} rows={result.rows} action={(row) => <LoadButton row={row} />} />
      <Effects result={result} />
      {matrix && <Matrix matrix={matrix} />}
      {curves.length > 0 && <Curves curves={curves} />}
      <Facts result={result} />
    </Panel>
  );
}
