/** Settings against columns: mean ± sd in figures, and below them the seeds as dots with an error bar. */
import { Fragment, type ReactNode } from 'react';
import type { Result, ResultUnit, Spread } from '../../lab/report/results';
import { classes } from '../shared/classes';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import texts from '../shared/text.module.css';
import { Dots, type Scale } from './Dots';
import styles from './Spreads.module.css';
import { scaleEnd, scaleOf, spreadInUnit } from './unitFormat';

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
  /** Rows of the table after a row. @param scales of the columns */
  readonly more: (row: Result['rows'][number], scales: readonly Scale[]) => ReactNode;
}

export function Spreads({ columns, rows, action, more }: SpreadsProps) {
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
              <span className={texts.unseen}>Run</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <Fragment key={r}>
              <tr>
                <th scope="row">{row.arm}</th>
                {columns.map(({ unit }, c) => (
                  <Cell key={c} spread={row.cells[c] ?? null} scale={scales[c] as Scale} unit={unit} />
                ))}
                <td>{action(row)}</td>
              </tr>
              {more(row, scales)}
            </Fragment>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
