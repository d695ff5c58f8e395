/** Columns of the table of traces. Adding one is a record here. */
import type { ReactNode } from 'react';
import { termOf } from '../../lab/run/reasons';
import { PART } from '../../lab/traces/fields';
import type { TraceRow } from '../../worker/traces';
import { classes } from '../shared/classes';
import { fixed, signed } from '../shared/format';
import { Mark } from '../shared/Mark';
import { tip } from '../shared/tip';
import styles from './TraceTable.module.css';

export interface TraceColumn {
  /** Field by which it sorts. */
  readonly field: string;
  readonly title: string;
  /** Width, pixels. */
  readonly width: number;
  readonly isNumber: boolean;
  readonly cell: (row: TraceRow) => ReactNode;
}

export const MarkCell = ({ good, words }: { readonly good: boolean; readonly words: string }) => (
  <span className={classes(styles.mark, good ? styles.good : styles.bad)}>
    <Mark good={good} words={words} />
  </span>
);

const number = (field: string, title: string, width: number, cell: TraceColumn['cell']): TraceColumn => ({
  ...{ field, title, width, cell },
  isNumber: true,
});
const words = (field: string, title: string, width: number, cell: TraceColumn['cell']): TraceColumn => ({
  ...{ field, title, width, cell },
  isNumber: false,
});

const partColumn = (term: string, i: number): TraceColumn =>
  number(PART + term, termOf({ name: term }).title, 104, ({ parts }) => {
    const part = parts[i];
    return part === null || part === undefined ? '–' : signed(part);
  });

/** @param terms reward terms of the run */
export const columnsOf = (terms: readonly string[]): readonly TraceColumn[] => [
  number('step', 'Step', 56, ({ step }) => step),
  words('problem', 'Problem', 132, ({ problem }) => <code {...tip(problem)}>{problem}</code>),
  number('reward', 'Reward', 74, ({ reward }) => signed(reward)),
  words('correct', 'Verdict', 78, ({ correct }) => <MarkCell good={correct} words={correct ? 'right' : 'wrong'} />),
  number('advantage', 'Advantage', 90, ({ advantage }) => signed(advantage)),
  ...terms.map(partColumn),
  number('tokens', 'Tokens', 68, ({ tokens }) => tokens),
  number('think', 'Thinking', 78, ({ think }) => think),
  words('format', 'Format', 84, ({ format }) => <MarkCell good={format} words={format ? 'ok' : 'faulty'} />),
  words('ended', 'Ended', 84, ({ ended }) => <MarkCell good={ended} words={ended ? 'yes' : 'cut off'} />),
  number('surprise', 'Surprise', 78, ({ surprise }) => fixed(surprise, 3)),
];
