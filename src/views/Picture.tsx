/**
 * A problem with its answer as its task draws it: a table of cells, a map, or marked lines. Good and bad are told apart by a
 * line and a sign as well as by colour; the caption says all of it in words.
 */
import type { GridPicture, Mark, Picture as PictureData, TextPicture } from '../tasks/picture';
import { PictureMap } from './PictureMap';
import { Scroll } from './parts';

/** Cells whose texts are no longer than this are squares. */
const SQUARE_TEXT = 2;

function Grid({ rows, rowLabels, columnLabels }: Pick<GridPicture, 'rows' | 'rowLabels' | 'columnLabels'>) {
  const square = rows.every((row) => row.every(({ text }) => text.length <= SQUARE_TEXT));
  return (
    <table className={square ? 'grid square' : 'grid'}>
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
              <td key={c} className={`cell ${tone}`}>
                {text}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Spaces around a mark align it and are no part of it. */
function Marked({ text, tone }: Mark) {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return (
    <>
      {before}
      {inner && <span className={`mark ${tone}`}>{inner}</span>}
      {after}
    </>
  );
}

/** More lines than this stand in columns where there is room. */
const ONE_COLUMN = 12;
/** Room between columns, characters. */
const GUTTER = 4;

function Lines({ lines }: Pick<TextPicture, 'lines'>) {
  const longest = Math.max(0, ...lines.map((line) => line.reduce((sum, { text }) => sum + text.length, 0)));
  return (
    <pre className="lines" style={lines.length > ONE_COLUMN ? { columnWidth: `${longest + GUTTER}ch` } : undefined}>
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

/** @param flaws of the completion that the answer is from, in words */
export function Picture({ picture, flaws = [] }: { picture: PictureData; flaws?: readonly string[] }) {
  return (
    <figure className="picture">
      <Scroll label="the problem, drawn">
        <Drawing picture={picture} />
      </Scroll>
      <figcaption>
        {picture.caption}
        {flaws.length > 0 && `; the completion is ${flaws.join(' and ')}`}
      </figcaption>
    </figure>
  );
}
