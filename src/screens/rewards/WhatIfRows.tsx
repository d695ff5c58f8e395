/** Rollouts of a what-if as a table: changed signs first. Only the rows in view are in the page. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { rowChangesSign, type WhatIfTable } from '../../lab/play/whatIfTable';
import { show } from '../../store/lab';
import { classes } from '../shared/classes';
import { Mark } from '../shared/Mark';
import { tip } from '../shared/tip';
import { Change } from './Change';
import styles from './WhatIfRows.module.css';

const ROW_HEIGHT = 36;

interface RowsProps {
  readonly table: WhatIfTable;
  /** Name of each edit. */
  readonly names: readonly string[];
}

function Cells({ table, row, names }: RowsProps & { readonly row: number }) {
  const { rewards, advantages } = table;
  const [reward, advantage] = [rewards[0]![row]!, advantages[0]![row]!];
  return (
    <>
      {names.map((name, k) => (
        <td key={name}>
          <Change before={reward} after={rewards[k + 1]![row]!} />
        </td>
      ))}
      {names.map((name, k) => (
        <td key={name} className={classes(rowChangesSign(table, row, k) && styles.sign)}>
          <Change before={advantage} after={advantages[k + 1]![row]!} />
          {rowChangesSign(table, row, k) && <small> sign</small>}
        </td>
      ))}
    </>
  );
}

export function WhatIfRows({ table, names }: RowsProps) {
  const [onlyChanged, setOnlyChanged] = useState(false);
  const rows = useMemo(() => {
    if (!onlyChanged) return table.order;
    const end = table.order.findIndex((row) => !rowChangesSign(table, row, 0));
    return end < 0 ? table.order : table.order.subarray(0, end);
  }, [table, onlyChanged]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });
  const heads = [...names.map((name) => `Reward, ${name}`), ...names.map((name) => `Advantage, ${name}`)];
  const items = virtualizer.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <>
      <label className={styles.filter}>
        <input type="checkbox" checked={onlyChanged} onChange={({ target }) => setOnlyChanged(target.checked)} />
        Only changed signs
      </label>
      <div
        ref={scroller}
        className={styles.scroller}
        role="group"
        aria-label="Rollouts under the edited reward"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, no key reaches what is out of sight
        tabIndex={0}
      >
        <table className={styles.table} aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              {['Rollout', ...heads].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr style={{ height: above }} />
            {items.map(({ index }) => {
              const row = rows[index]!;
              const [step, group, rollout] = [table.step[row]!, table.group[row]!, table.rollout[row]!];
              const right = table.correct[row] === 1;
              return (
                <tr key={index} aria-rowindex={index + 2} className={styles.row} data-testid="what-if-row">
                  <td>
                    <button
                      type="button"
                      {...tip(`Put on the bench: ${table.prompts[table.prompt[row]!]}`)}
                      onClick={() => show({ step, group, rollout })}
                    >
                      Step {step}, {rollout + 1}
                    </button>{' '}
                    <span className={right ? styles.right : styles.wrong}>
                      <Mark good={right} words={right ? 'right' : 'wrong'} />
                    </span>
                  </td>
                  <Cells table={table} row={row} names={names} />
                </tr>
              );
            })}
            <tr style={{ height: below }} />
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <p>No advantage changes its sign.</p>}
    </>
  );
}
