/** Tables of the comparison: final numbers, and the fields that differ. */
import type { Difference, FieldValue } from '../../../lab/stored/comparison';
import { classes } from '../../shared/classes';
import { Panel } from '../../shared/Panel';
import { Scroll } from '../../shared/Scroll';
import table from '../../shared/table.module.css';
import texts from '../../shared/text.module.css';
import styles from './Comparison.module.css';
import { finalNumbers, numberWords } from './columns';
import type { Line } from './lines';

/** Sample of a line beside its name. */
export const Swatch = ({ line: { color, dash } }: { readonly line: Pick<Line, 'color' | 'dash'> }) => (
  <svg className={styles.swatch} width="22" height="8" aria-hidden="true">
    <line x1="0" y1="4" x2="22" y2="4" stroke={color} strokeWidth="2.5" strokeDasharray={dash} />
  </svg>
);

export function FinalNumbers({ lines }: { readonly lines: readonly Line[] }) {
  const rows = finalNumbers
    .map((number) => ({ title: number.title, cells: lines.map((line) => numberWords(number, line)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== '–'));
  return (
    <Panel
      title="Final numbers"
      explanation="Brackets hold the 95 % interval by Wilson's score, from the number of held-out problems. Grouped seeds show the mean and the standard deviation between seeds."
    >
      <Scroll label="Final numbers">
        <table className={classes(table.table, table.headed, table.nowrap, styles.numbers)}>
          <thead>
            <tr>
              <td />
              {lines.map((line, i) => (
                <th key={i} scope="col">
                  <Swatch line={line} />
                  {line.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ title, cells }) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                {cells.map((cell, i) => (
                  <td key={i}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}

const MOST_SHOWN = 120;

function valueText(value: unknown): string {
  if (value === undefined) return '–';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** Value over a run, such as "0.04, then 0.01 from GRPO step 20". */
export const fieldText = ({ start, changes }: FieldValue): string =>
  [
    valueText(start),
    ...changes.map(({ stage, step, to }) => `then ${valueText(to)} from ${stage.toUpperCase()} step ${step + 1}`),
  ].join(', ');

interface DifferencesProps {
  readonly names: readonly string[];
  readonly differences: readonly Difference[];
  /** Titles of fields by path. */
  readonly titles: ReadonlyMap<string, string>;
}

export function Differences({ names, differences, titles }: DifferencesProps) {
  return (
    <Panel
      title="Only differences"
      explanation="Settings in which the recipes differ, also those that were changed while a run trained. All others are equal."
    >
      {differences.length === 0 ? (
        <p className={texts.empty}>
          {names.length < 2 ? 'Choose a second run to see what differs.' : 'The recipes of these runs are equal.'}
        </p>
      ) : (
        <Scroll label="Only differences">
          <table className={classes(table.table, table.headed, styles.numbers)}>
            <thead>
              <tr>
                <td />
                {names.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {differences.map(({ field, values }) => (
                <tr key={field}>
                  <th scope="row">
                    {titles.get(field) ?? field}
                    {titles.has(field) && <code>{field}</code>}
                  </th>
                  {values.map((value, i) => (
                    <td key={i}>{fieldText(value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}
