/** Curation of the pool, before GRPO and while it trains: problems left out, pass rates, problems kept. */

import type { CurationEvent } from '../../lab/run/events';
import { fallbackText, removedText } from '../../lab/run/reasons';
import { classes } from '../shared/classes';
import { fixed } from '../shared/format';
import { useRun } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import { tip } from '../shared/tip';
import styles from './Curation.module.css';

/** Delay of its updates, which follow those of the charts, ms. */
const DELAY = 240;

const EXPLANATION =
  'Before GRPO the model answers each problem of a pool k times. Its pass rate is the share of right answers; the band keeps those from “Band from” to “Band to”, both ends included. A full band is good: problems that are always right or always wrong teach nothing. A refresh repeats this while GRPO trains, with new answers or those of its own groups.';

const KEPT: Readonly<Record<CurationEvent['select'], string>> = {
  none: 'all',
  band: 'those in the band',
  easy: 'those above the band',
  hard: 'those below the band',
  random: 'a random sample as large as the band',
};

/** Text such as "512 problems: left out 3 duplicates and 2 contaminated; rated 507 by 8 answers each; kept 201: …". */
export function poolWords(event: CurationEvent): string {
  const { pool, duplicates, contaminated, rated, by, samples, kept, select } = event;
  const raters = by === 'measured' ? `${samples} answers each` : 'their latest answers';
  return (
    `${pool} problems: left out ${duplicates} duplicates and ${contaminated} contaminated; ` +
    `rated ${rated} by ${raters}; ${kept > 0 ? `kept ${kept}: ${KEPT[select]}` : 'kept none'}.`
  );
}

interface Bar {
  /** Number of right answers among k. */
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
    <figure className={styles.passRates}>
      <div className={styles.bars} role="img" aria-label={label}>
        {bars.map(({ right, problems, inBand }) => (
          <span
            key={right}
            className={inBand ? styles.inBand : undefined}
            {...tip(`${right} of ${samples} right: ${problems}`)}
          >
            {samples <= 16 && <small>{problems}</small>}
            <i style={{ height: `${(60 * problems) / most}px` }} />
          </span>
        ))}
      </div>
      <figcaption>
        <span>none right of {samples}</span>
        <span>all right</span>
        <span className={styles.band}>
          band: pass rates {fixed(low, 2)}–{fixed(high, 2)}
        </span>
      </figcaption>
    </figure>
  );
}

const HEADINGS = ['Selected', 'Pass rates from', 'Rated', 'Answered again', 'Kept'];

function Refreshes({ curations }: { curations: readonly CurationEvent[] }) {
  return (
    <Scroll label="Selections">
      <table className={classes(table.table, table.headed, table.full, table.nowrap)}>
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

/** First problems that were left out, with their reasons. */
function Removed({ event: { removed, duplicates, contaminated } }: { event: CurationEvent }) {
  if (removed.length === 0) return null;
  return (
    <details className={styles.removed}>
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

/** @param curations in the order of their steps; GRPO samples from the last */
export function CurationPanel({ curations }: { readonly curations: readonly CurationEvent[] }) {
  const last = curations.at(-1);
  if (!last) return null;
  return (
    <Panel title="Curation" explanation={EXPLANATION} aside={`${last.kept} of ${last.pool} kept`}>
      <p>{poolWords(last)}</p>
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

/** Curation of the run on screen; nothing before its first curation. */
export function Curation() {
  return <CurationPanel curations={useRun(DELAY).curations} />;
}
