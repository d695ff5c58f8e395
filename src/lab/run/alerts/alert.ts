/** Record of an alert: a fault of training that the metrics of its steps show. One file each, and one line in index.ts. */
import type { GrpoStep, Rollout, RolloutGroup } from '../../../train/grpo';
import type { Recipe } from '../../recipe/recipe';
import type { EvaluationEvent, SftEvent } from '../events';

/** Run as the alerts read it: columns of metrics, no object per step. */
export interface AlertRun {
  readonly vocabulary: number;
  readonly sft: readonly Pick<SftEvent, 'loss'>[];
  /** GRPO steps so far. */
  readonly length: number;
  /** Metric of the i-th GRPO step, from 0; undefined where the step lacks it. */
  metric(i: number, name: string): number | undefined;
  /** Recipe of the i-th step, with the changes applied before it. */
  recipeAt(i: number): Pick<Recipe, 'grpo' | 'reward'>;
  readonly evaluations: readonly Pick<EvaluationEvent, 'stage' | 'sampled'>[];
}

export type Values = Readonly<Record<string, number | string>>;

export type AlertKind = 'success' | 'note' | 'warning' | 'error';

/** Values with which the i-th step raises the alert, from 0; null where it raises none. Called for each step in turn. */
export type Check = (i: number) => Values | null;

export interface AlertRecord {
  readonly code: string;
  readonly kind: AlertKind;
  readonly stage: 'sft' | 'grpo';
  /** Steps in a row that must agree, so that one unlucky batch raises no alert. */
  readonly steps: number;
  /** Starts to watch a run at its first step. */
  start(run: AlertRun): Check;
  /** Values with which an evaluation after GRPO raises the alert. */
  evaluated?(run: AlertRun): Values | null;
  /** Share of a completion in the alert: the largest one is the trace to look at. */
  blame(rollout: Rollout, values: Values, group: RolloutGroup): number;
  /** Title, constant while the alert lasts, and a sentence with its values. */
  words(values: Values): { readonly title: string; readonly detail: string };
}

/** Place of a trace in its step. */
interface TracePlace {
  readonly group: number;
  readonly rollout: number;
}

/** Trace of a step that shows an alert best; null without traces. */
export function traceOf(
  { blame }: Pick<AlertRecord, 'blame'>,
  values: Values,
  groups: GrpoStep['groups'],
): TracePlace | null {
  let [found, most]: [TracePlace | null, number] = [null, -Infinity];
  groups.forEach((group, g) => {
    group.rollouts.forEach((rollout, r) => {
      const share = blame(rollout, values, group);
      if (share > most) [found, most] = [{ group: g, rollout: r }, share];
    });
  });
  return found;
}

/** Mean of a metric over the steps from `from` to `to`, without those that lack it; null where the run has no such steps. */
export function meanOver(run: AlertRun, name: string, from: number, to: number): number | null {
  if (from < 0) return null;
  let [sum, count] = [0, 0];
  for (let i = from; i < to; i++) {
    const value = run.metric(i, name);
    if (value === undefined) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** Mean of a reading per token; 0 for an empty completion. */
export function meanOfTokens(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / Math.max(1, values.length);
}

/** Value as a number. */
export const numberOf = (values: Values, name: string): number => Number(values[name] ?? 0);
