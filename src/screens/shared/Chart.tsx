/** One chart over the steps of a run: its plot, its legend, and a summary for screen readers. */
import { lazy, memo, Suspense } from 'react';
import styles from './Chart.module.css';
import { firstPaint } from './firstPaint';
import { Notice } from './Notice';
import { HEIGHT, type PlotProps } from './plotProps';

interface Props extends PlotProps {
  /** Names the chart for screen readers; `summary` follows. */
  readonly title: string;
  readonly summary: string;
}

const NotLoaded = () => (
  <Notice kind="warning" shape="banner">
    The charts did not load. Check the network and reload the page.
  </Notice>
);

/** Chart library: a third of the page's code. It loads after the first picture, so that the page shows sooner. */
const Plot = lazy(async () => {
  await firstPaint;
  return import('./Plot').then(
    ({ Plot }) => ({ default: Plot }),
    () => ({ default: NotLoaded }),
  );
});

/** One entry for each label: lines of several seeds share theirs, bands have none. */
function Legend({ series }: Pick<PlotProps, 'series'>) {
  const named = series.filter(({ band, label }, i) => !band && i === series.findIndex((one) => one.label === label));
  return (
    <figcaption>
      {named.map(({ key, label, color, dash }) => (
        <span key={key} className={styles.legend}>
          <svg width="18" height="6" aria-hidden="true">
            <line
              x1="0"
              y1="3"
              x2="18"
              y2="3"
              stroke={color}
              strokeWidth="2"
              {...(dash ? { strokeDasharray: dash } : {})}
            />
          </svg>
          {label}
        </span>
      ))}
    </figcaption>
  );
}

export const Chart = memo(function Chart({ title, summary, ...plot }: Props) {
  return (
    <figure className={styles.chart}>
      <div role="img" aria-label={`${title}, ${summary}`}>
        <Suspense fallback={<div style={{ height: HEIGHT }} />}>
          <Plot {...plot} />
        </Suspense>
      </div>
      <Legend series={plot.series} />
    </figure>
  );
});
