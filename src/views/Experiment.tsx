/** One of the report's findings beside ours, or lessons of this lab: its figure, our numbers, what we make of it, and how to run it again. */
import { useState } from 'react';
import { type Result, unitForms } from '../lab/report/results';
import { openRecipe } from '../store/replace';
import { Curves } from './Curves';
import { clock } from './format';
import { Matrix } from './Matrix';
import { Panel, Scroll } from './parts';
import { Spreads } from './Spreads';

const VERDICTS: Readonly<Record<Result['verdict'], string>> = {
  agrees: 'agrees',
  partly: 'agrees in part',
  disagrees: 'disagrees',
  undecided: 'undecided',
};

/** What a lesson of this lab says is held to numbers, without a finding of the report. */
const LESSON_VERDICTS: typeof VERDICTS = {
  agrees: 'shown',
  partly: 'shown in part',
  disagrees: 'not shown',
  undecided: 'undecided',
};

/** The report's are E1, E2 …; others are this lab's own. */
export const ofReport = ({ id }: Pick<Result, 'id'>): boolean => /^E\d+$/.test(id);

export const verdictOf = (result: Pick<Result, 'id' | 'verdict'>): string =>
  (ofReport(result) ? VERDICTS : LESSON_VERDICTS)[result.verdict];

/** Puts what an arm runs into Setup, and says so there and here. */
function LoadButton({ row: { arm, recipe, set } }: { row: Result['rows'][number] }) {
  const [told, setTold] = useState<{ text: string; failed: boolean } | null>(null);
  if (recipe === null) return null;
  const load = async () => {
    try {
      const loaded = await openRecipe(recipe, set);
      setTold(loaded ? { text: 'It is in Setup.', failed: false } : null);
    } catch (error) {
      setTold({ text: (error as Error).message, failed: true });
    }
  };
  return (
    <span className="load">
      <button type="button" aria-label={`Load recipe of ${arm}`} onClick={() => void load()}>
        Load recipe
      </button>
      <span role="status" className={told?.failed ? 'error' : undefined}>
        {told?.text}
      </span>
    </span>
  );
}

function Facts({ result }: { result: Result }) {
  const { command, seeds, adapter, date, commit, seconds } = result;
  return (
    <>
      <h3>Run it again</h3>
      <pre className="command">{command}</pre>
      <p className="words">
        {seeds.length === 1
          ? `Seed ${seeds[0]} alone: the sd over seeds is n.a.`
          : `Mean ± sample sd over seeds ${seeds.join(', ')}; a dot each.`}{' '}
        Made on {date} by the code at {commit}, on {adapter}, in {clock(seconds)}.
      </p>
    </>
  );
}

/** What the rule was asked of: each effect with its interval, and whether it counts. */
function Effects({ result: { effects = [], effectUnit = 'points' } }: { result: Result }) {
  if (effects.length === 0) return null;
  const { factor, digits } = unitForms[effectUnit];
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value * factor).toFixed(digits)}`;
  return (
    <Scroll label="effects, a row each">
      <table className="effects">
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
  const { id, title, finding, report, found, why, verdict, rule, matrix, curves } = result;
  const reported = ofReport(result);
  return (
    <Panel
      title={reported ? `${id}: ${title}` : title}
      aside={<span className={`outcome ${verdict}`}>{verdictOf(result)}</span>}
    >
      <dl className="beside">
        <div>
          <dt>{reported ? 'The report finds' : 'What they say'}</dt>
          <dd>{finding}</dd>
          {reported && <dd className="figure">{report}</dd>}
        </div>
        <div>
          <dt>We find</dt>
          <dd>{found}</dd>
          <dd className="why">{why}</dd>
          {rule && <dd className="why">{rule}</dd>}
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
