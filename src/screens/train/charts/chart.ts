/** Charts of a training run. A chart is one file here and one line in index.ts. */
import type { GrpoEvent } from '../../../lab/run/events';
import type { RunData } from '../../../store/run';
import type { Point, Series } from '../../shared/chartSeries';

export interface ChartRecord {
  readonly title: string;
  /** Text behind the "?": meaning, good and bad values, place in the report. */
  readonly explanation: string;
  /** Lines and bands; the legend and the text for screen readers come from them. */
  series(run: RunData): readonly Series[];
  points(run: RunData): readonly Point[];
  /** Latest value, beside the title; null before there is one. */
  headline(run: RunData): string | null;
  /** One or two sentences below the chart. */
  words(run: RunData): string;
  /** Range of the y axis; the data decide without it. */
  readonly domain?: readonly [number | 'auto', number | 'auto'];
  /** Name of the x axis; "step" without it. */
  readonly xLabel?: string;
}

/** Charts of one panel: the first is shown, the others are its tabs. */
export type PanelCharts = readonly [ChartRecord, ...ChartRecord[]];

type Step = Pick<GrpoEvent, 'metrics'>;

/** Value of a metric in one step; 0 where the step lacks it. */
export const metric = ({ metrics }: Step, name: string): number => metrics[name] ?? 0;

/** Points over the steps of GRPO. @param names metrics that `pick` reads */
export const grpoPoints = (
  { grpo }: RunData,
  names: readonly string[],
  pick: (step: Step) => Omit<Point, 'x'>,
): Point[] =>
  Array.from(
    { length: grpo.length },
    (_, i) =>
      ({
        x: grpo.stepAt(i),
        ...pick({ metrics: grpo.metricsAt(i, names) }),
      }) as Point,
  );
