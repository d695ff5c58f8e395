/** Data behind a chart: every point in a table, as CSV, and the picture as SVG and PNG. Loads when a person opens it. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useRef, useState } from 'react';
import { download } from '../download';
import { fixed } from '../format';
import styles from './Details.module.css';
import { csvOf, fileName, pngOf, svgOf } from './files';
import { type ChartData, type Series, valueKeys } from './series';

export interface DetailsProps {
  readonly title: string;
  readonly data: ChartData;
  readonly series: readonly Series[];
  readonly xLabel: string;
  /** Element of the chart, whose picture is saved. */
  readonly figure: RefObject<HTMLElement | null>;
}

const ROW_HEIGHT = 24;

/** Space of the rows above or below those in sight. */
const Spacer = ({ height }: { readonly height: number }) =>
  height > 0 && (
    <tr>
      <td style={{ height }} />
    </tr>
  );

/** Rows in sight, of all that there are: a long run has thousands. */
function Table({ title, data, series, xLabel }: Omit<DetailsProps, 'figure'>) {
  const box = useRef<HTMLDivElement>(null);
  const columns = valueKeys(series);
  const virtual = useVirtualizer({
    count: data.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const rows = virtual.getVirtualItems();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
    <section ref={box} className={styles.rows} aria-label={`Table of ${title}`} tabIndex={0}>
      <table aria-rowcount={data.length + 1}>
        <thead>
          <tr>
            {[xLabel.replace(/,$/, ''), ...columns.map(({ label }) => label)].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={rows[0]?.start ?? 0} />
          {rows.map(({ index }) => (
            <tr key={index} aria-rowindex={index + 2} style={{ height: ROW_HEIGHT }}>
              <th scope="row">{data.x(index)}</th>
              {columns.map(({ key, digits }) => (
                <td key={key}>{fixed(data.value(index, key), digits)}</td>
              ))}
            </tr>
          ))}
          <Spacer height={virtual.getTotalSize() - (rows.at(-1)?.end ?? 0)} />
        </tbody>
      </table>
    </section>
  );
}

export function Details({ title, data, series, xLabel, figure }: DetailsProps) {
  const [said, say] = useState('');
  const name = fileName(title);
  const copy = async () => {
    const text = csvOf(data, series, xLabel);
    await navigator.clipboard.writeText(text).then(
      () => say(`Copied ${data.length} rows.`),
      () => {
        download(new Blob([text], { type: 'text/csv' }), `${name}.csv`);
        say('The browser refuses to copy, so the rows are saved as a file.');
      },
    );
  };
  const saveSvg = () => {
    if (figure.current) download(new Blob([svgOf(figure.current, title)], { type: 'image/svg+xml' }), `${name}.svg`);
  };
  const savePng = async () => {
    if (figure.current) download(await pngOf(figure.current, title), `${name}.png`);
  };
  return (
    <div className={styles.details} role="group" aria-label={`Data of ${title}`}>
      <div className={styles.actions}>
        <button type="button" onClick={copy}>
          Copy CSV
        </button>
        <button type="button" onClick={saveSvg}>
          Save SVG
        </button>
        <button type="button" onClick={savePng}>
          Save PNG
        </button>
        <span role="status">{said}</span>
      </div>
      <Table {...{ title, data, series, xLabel }} />
    </div>
  );
}
