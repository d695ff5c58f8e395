/** Charts of a training run. A chart is one file here and one line in index.ts. */
import type { GrpoEvent } from '../../../lab/run/events';
import type { RunData } from '../../../store/run';
import type { ChartData, Series } from '../../shared/chart/series';
import type { Limits } from '../../shared/chart/ticks';

export interface ChartRecord {
  readonly title: string;
  /** Text behind the "?": meaning, good and bad values, place in the report. */
  readonly explanation: string;
  /** Lines and bands; the readout and the text for screen readers come from them. */
  series(run: RunData): readonly Series[];
  /** Numbers by step. They are read from the run when the chart needs them. */
  data(run: RunData): ChartData;
  /** Latest value, beside the title; null before there is one. */
  headline(run: RunData): string | null;
  /** One or two sentences below the chart. */
  words(run: RunData): string;
  /** Values that the y axis does not pass; the data decide its range. */
  readonly limits?: Limits;
  /** Name of the x axis; "step" without it. */
  readonly xLabel?: string;
  /** X of the step before the first of GRPO; 0 without it. */
  origin?(run: RunData): number;
}

/** Charts of one panel: the first is shown, the others are its tabs. */
export type PanelCharts = readonly [ChartRecord, ...ChartRecord[]];

/** Steps that smooth a line of GRPO: a batch has few prompts, so single steps are noisy. */
export const SMOOTHED = 8;

type Step = Pick<GrpoEvent, 'metrics'>;

/** Value of a metric in one step; 0 where the step lacks it. */
export const metric = ({ metrics }: Step, name: string): number => metrics[name] ?? 0;

/** Reads a metric of one step; undefined where the step lacks it. */
export type ReadMetric = (name: string) => number | undefined;

/** Mean of all drawn groups where dynamic sampling sets some aside, else of the trained ones. */
export const ofAllGroups = (read: ReadMetric, name: 'reward' | 'accuracy'): number =>
  read(`dynamic_sampling/${name}`) ?? read(name) ?? 0;

/** Numbers of the steps of GRPO, by key of their series. */
export function grpoData({ grpo }: RunData, values: Readonly<Record<string, (read: ReadMetric) => number>>): ChartData {
  let at = 0;
  const read: ReadMetric = (name) => grpo.metricAt(at, name);
  return {
    length: grpo.length,
    x: (i) => grpo.stepAt(i),
    value(i, key) {
      at = i;
      return values[key]?.(read) ?? null;
    },
  };
}
