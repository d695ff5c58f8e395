/**
 * Problem with its answer as its task draws it: a table of cells, a map, or marked lines. A line and a sign repeat what colour
 * says; the caption says all of it in words.
 */
import { Check, X } from 'lucide-react';
import type { GridPicture, Mark, Picture as PictureData, TextPicture } from '../../tasks/picture';
import { classes } from './classes';
import styles from './Picture.module.css';
import { PictureMap } from './PictureMap';
import { Scroll } from './Scroll';

/** Longest text of a square cell, characters. */
const SQUARE_TEXT = 2;

function Grid({ rows, rowLabels, columnLabels }: Pick<GridPicture, 'rows' | 'rowLabels' | 'columnLabels'>) {
  const square = rows.every((row) => row.every(({ text }) => text.length <= SQUARE_TEXT));
  return (
    <table className={classes(styles.grid, square && styles.square)}>
      {columnLabels.length > 0 && (
        <thead>
          <tr>
            {rowLabels.length > 0 && <td />}
            {columnLabels.map((label, i) => (
              <th key={i} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {rows.map((row, r) => (
          <tr key={r}>
            {rowLabels[r] !== undefined && <th scope="row">{rowLabels[r]}</th>}
            {row.map(({ text, tone }, c) => (
              <td key={c} className={classes(styles.cell, styles[tone])}>
                {text}
                {tone === 'good' && <Check size={9} strokeWidth={4} aria-hidden="true" />}
                {tone === 'bad' && <X size={9} strokeWidth={4} aria-hidden="true" />}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Text with a mark. Spaces around it align it and stay unmarked. */
function Marked({ text, tone }: Mark) {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return (
    <>
      {before}
      {inner && <span className={styles[tone]}>{inner}</span>}
      {after}
    </>
  );
}

/** Most lines in one column, where there is room for more columns. */
const ONE_COLUMN = 12;
/** Space between columns, characters. */
const GUTTER = 4;

function Lines({ lines }: Pick<TextPicture, 'lines'>) {
  const longest = Math.max(0, ...lines.map((line) => line.reduce((sum, { text }) => sum + text.length, 0)));
  return (
    <pre
      className={styles.lines}
      style={lines.length > ONE_COLUMN ? { columnWidth: `${longest + GUTTER}ch` } : undefined}
    >
      {lines.map((line, i) => (
        <div key={i}>{line.length === 0 ? ' ' : line.map((mark, m) => <Marked key={m} {...mark} />)}</div>
      ))}
    </pre>
  );
}

function Drawing({ picture }: { picture: PictureData }) {
  switch (picture.kind) {
    case 'grid':
      return <Grid {...picture} />;
    case 'map':
      return <PictureMap {...picture} />;
    case 'text':
      return <Lines {...picture} />;
    default:
      return picture satisfies never;
  }
}

/** @param flaws what is wrong with the completion that gave the answer, in words */
export function Picture({ picture, flaws = [] }: { picture: PictureData; flaws?: readonly string[] }) {
  return (
    <figure className={styles.picture} data-testid="picture">
      <Scroll label="picture of the problem" padded>
        <Drawing picture={picture} />
      </Scroll>
      <figcaption>
        {picture.caption}
        {flaws.length > 0 && `; the completion is ${flaws.join(' and ')}`}
      </figcaption>
    </figure>
  );
}
