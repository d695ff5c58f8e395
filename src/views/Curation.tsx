/** What curation made of the pool before GRPO, and again while it trains: what was left out, pass rates, what was kept. */
import type { CurationEvent } from '../lab/run/events';
import { fallbackText, removedText } from '../lab/run/reasons';
import { fixed } from './format';
import { useRun } from './hooks';
import { Notice } from './Notice';
import { Panel, Scroll } from './parts';

/** When it draws, after the charts. */
const DELAY = 240;

const KEPT: Readonly<Record<CurationEvent['select'], string>> = {
  none: 'all of them',
  band: 'those in the band',
  easy: 'those above the band',
  hard: 'those below the band',
  random: 'as many as the band has, whatever their pass rates',
};

/** "512 problems were drawn: 3 duplicates and 2 contaminated ones left out, 507 rated by 8 answers each, 201 kept: …" */
export function poolTold(event: CurationEvent): string {
  const { pool, duplicates, contaminated, rated, by, samples, kept, select } = event;
  const raters = by === 'measured' ? `${samples} answers each` : 'their latest answers';
  return (
    `${pool} problems were drawn: ${duplicates} duplicates and ${contaminated} contaminated ones left out, ` +
    `${rated} rated by ${raters}, ${kept > 0 ? `${kept} kept: ${KEPT[select]}` : 'none kept'}.`
  );
}

interface Bar {
  /** Right answers of k. */
  readonly right: number;
  readonly problems: number;
  readonly inBand: boolean;
}

export const barsOf = ({
  histogram,
  samples,
  low,
  high,
}: Pick<CurationEvent, 'histogram' | 'samples' | 'low' | 'high'>): Bar[] =>
  histogram.map((problems, right) => {
    const passRate = right / samples;
    return { right, problems, inBand: passRate >= low && passRate <= high };
  });

function PassRates({ event }: { event: CurationEvent }) {
  const bars = barsOf(event);
  const most = Math.max(1, ...bars.map(({ problems }) => problems));
  const { samples, low, high } = event;
  const label = bars
    .map(
      ({ right, problems, inBand }) =>
        `${right} of ${samples} right: ${problems} problems${inBand ? ', in the band' : ''}`,
    )
    .join('; ');
  return (
    <figure className="pass-rates">
      <div className="bars" role="img" aria-label={label}>
        {bars.map(({ right, problems, inBand }) => (
          <span
            key={right}
            className={inBand ? 'in-band' : undefined}
            title={`${right} of ${samples} right: ${problems}`}
          >
            {samples <= 16 && <small>{problems}</small>}
            <i style={{ height: `${(60 * problems) / most}px` }} />
          </span>
        ))}
      </div>
      <figcaption>
        <span>none right of {samples}</span>
        <span>all right</span>
        <span className="band">
          band, pass rates from {fixed(low, 2)} to {fixed(high, 2)}
        </span>
      </figcaption>
    </figure>
  );
}

const HEADINGS = ['selected', 'pass rates from', 'rated', 'answered anew', 'kept'];

function Refreshes({ curations }: { curations: readonly CurationEvent[] }) {
  return (
    <Scroll label="selections, a row each">
      <table className="evaluations">
        <thead>
          <tr>
            {HEADINGS.map((heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {curations.map(({ step, by, rated, answered, kept }) => (
            <tr key={step}>
              <th scope="row">{step === 0 ? 'before GRPO' : `after step ${step}`}</th>
              <td>{by === 'measured' ? 'the pool, answered' : 'the groups of GRPO'}</td>
              <td>{rated}</td>
              <td>{answered}</td>
              <td>{kept}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Of a whole pool, the first that were left out, with their reasons. */
function Removed({ event: { removed, duplicates, contaminated } }: { event: CurationEvent }) {
  if (removed.length === 0) return null;
  return (
    <details className="removed">
      <summary>
        The first {removed.length} of {duplicates + contaminated} left out
      </summary>
      <ul>
        {removed.map(({ prompt, reason }, i) => (
          <li key={i}>
            <code>{prompt}</code> <span>{removedText(reason)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** @param curations in the order of their steps; the last is what GRPO draws from */
export function CurationPanel({ curations }: { readonly curations: readonly CurationEvent[] }) {
  const last = curations.at(-1);
  if (!last) return null;
  return (
    <Panel title="Curation" explained="curation" aside={`${last.kept} of ${last.pool} kept`}>
      <p>{poolTold(last)}</p>
      {last.fallback && (
        <Notice kind="warning" shape="banner">
          {fallbackText(last.fallback)}
        </Notice>
      )}
      <PassRates event={last} />
      {curations.length > 1 && <Refreshes curations={curations} />}
      <Removed event={last} />
    </Panel>
  );
}

/** Of the run on screen; nothing where it curates nothing, or has not yet. */
export function Curation() {
  return <CurationPanel curations={useRun(DELAY).curations} />;
}
