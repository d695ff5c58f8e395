/** Settings against columns: mean ± sd in figures, and below them the seeds as dots with an error bar. */
import type { ReactNode } from 'react';
import type { Result, ResultUnit, Spread } from '../../lab/report/results';
import { classes } from '../shared/classes';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import texts from '../shared/text.module.css';
import styles from './Spreads.module.css';
import { inUnit, scaleEnd, scaleOf, spreadInUnit } from './unitFormat';

type Scale = readonly [number, number];

/** Sizes of a strip of dots, in its own pixels. */
const WIDTH = 150;
const HEIGHT = 18;
const EDGE = 5;
const MIDDLE = HEIGHT / 2;

function Dots({
  spread: { mean, sd, values },
  scale: [low, high],
  unit,
}: {
  spread: Spread;
  scale: Scale;
  unit: ResultUnit;
}) {
  const x = (value: number) => EDGE + ((value - low) / (high - low)) * (WIDTH - 2 * EDGE);
  const within = (value: number) => Math.min(high, Math.max(low, value));
  const bar = sd === null ? null : [x(within(mean - sd)), x(within(mean + sd))];
  return (
    <svg
      className={styles.dots}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`by seed: ${values.map((value) => inUnit(value, unit)).join(', ')}`}
    >
      <line className={styles.axis} x1={EDGE} x2={WIDTH - EDGE} y1={MIDDLE} y2={MIDDLE} />
      <line className={styles.axis} x1={x(0)} x2={x(0)} y1={MIDDLE - 4} y2={MIDDLE + 4} />
      {bar && <line className={styles.bar} x1={bar[0]} x2={bar[1]} y1={MIDDLE} y2={MIDDLE} />}
      {values.map((value, i) => (
        <circle key={i} cx={x(value)} cy={MIDDLE} r="3.5" />
      ))}
      <line className={styles.mean} x1={x(mean)} x2={x(mean)} y1={1} y2={HEIGHT - 1} />
    </svg>
  );
}

function Cell({ spread, scale, unit }: { spread: Spread | null; scale: Scale; unit: ResultUnit }) {
  if (!spread) return <td className={styles.none}>–</td>;
  return (
    <td>
      <b>{spreadInUnit(spread, unit)}</b>
      <Dots spread={spread} scale={scale} unit={unit} />
    </td>
  );
}

interface SpreadsProps extends Pick<Result, 'columns' | 'rows'> {
  /** Content of the last cell of a row. */
  readonly action: (row: Result['rows'][number]) => ReactNode;
}

export function Spreads({ columns, rows, action }: SpreadsProps) {
  const scales = columns.map(({ unit }, c) =>
    scaleOf(
      rows.map(({ cells }) => cells[c] ?? null),
      unit,
    ),
  );
  return (
    <Scroll label="Settings">
      <table className={classes(table.table, table.headed, table.full, styles.spreads)}>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            {columns.map(({ title, unit }, c) => (
              <th key={c} scope="col">
                {title}
                {unit === 'tokens' && ', tokens'}
                <small>
                  <span>{scaleEnd((scales[c] as Scale)[0], unit)}</span>
                  <span>{scaleEnd((scales[c] as Scale)[1], unit)}</span>
                </small>
              </th>
            ))}
            <th>
              <span className={texts.unseen}>Recipe</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r}>
              <th scope="row">{row.arm}</th>
              {columns.map(({ unit }, c) => (
                <Cell key={c} spread={row.cells[c] ?? null} scale={scales[c] as Scale} unit={unit} />
              ))}
              <td>{action(row)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
