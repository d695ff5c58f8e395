/** Transfer matrix: figures in cells, shaded by size. Blue above 0, orange below; the sign says it too. */
import type { Matrix as MatrixData, ResultUnit, Spread } from '../../lab/report/results';
import { Scroll } from '../shared/Scroll';
import styles from './Matrix.module.css';
import { scaleOf, spreadInUnit } from './unitFormat';

/** Strongest shade, percent of the full colour: the figure on it stays easy to read. */
const STRONGEST = 55;

function shade({ mean }: Spread, [low, high]: readonly [number, number]): string {
  const share = Math.min(1, Math.abs(mean) / Math.max(high, -low));
  return `color-mix(in srgb, var(${mean < 0 ? '--orange' : '--blue'}) ${Math.round(STRONGEST * share)}%, var(--panel))`;
}

function Cell({ spread, scale, unit }: { spread: Spread | null; scale: readonly [number, number]; unit: ResultUnit }) {
  if (!spread) return <td className={styles.none}>–</td>;
  return <td style={{ background: shade(spread, scale) }}>{spreadInUnit(spread, unit)}</td>;
}

export function Matrix({ matrix: { unit, rowsAre, columnsAre, rows, columns, cells } }: { matrix: MatrixData }) {
  const scale = scaleOf(cells.flat(), unit);
  return (
    <Scroll label="Results">
      <table className={styles.matrix}>
        <caption>
          Rows: {rowsAre}; columns: {columnsAre}
        </caption>
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {columns.map((column, c) => (
                <Cell key={column} spread={cells[r]?.[c] ?? null} scale={scale} unit={unit} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
