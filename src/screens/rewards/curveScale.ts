/** Scales of a term's curve, and the value of a dragged point. Pure functions. */
import type { CurvePoint, TermCurve } from '../../rewards/curve';
import type { TermField } from './termFields';

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Range of values, with room for a point to be dragged. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Samples of each line. */
const SAMPLES = 96;
/** Step of an arrow key and of a dragged value. */
const VALUE_STEP = 0.05;
/** Steps of the measure from 0 to its end. */
const MEASURE_STEPS = 120;

export const samplesOf = ({ x, lines }: TermCurve): { x: number; y: number }[][] =>
  lines.map(({ valueAt }) =>
    Array.from({ length: SAMPLES + 1 }, (_, i) => {
      const at = (i / SAMPLES) * x.max;
      return { x: at, y: valueAt(at) };
    }),
  );

/** Range that holds 0, every value and at least one unit, in halves. */
export function rangeOf(curve: TermCurve): Range {
  const values = [0, ...samplesOf(curve).flatMap((line) => line.map(({ y }) => y))].filter(Number.isFinite);
  const high = Math.max(...values);
  const low = Math.min(...values);
  const half = (value: number) => Math.round(value * 2) / 2;
  return { low: half(low - (low < 0 ? 0.5 : 0)), high: half(high + 0.5) };
}

export const scaleX = (x: number, max: number, { left, right }: Box): number => left + (x / max) * (right - left);
export const scaleY = (y: number, { low, high }: Range, { top, bottom }: Box): number =>
  bottom - ((y - low) / (high - low)) * (bottom - top);

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
/** Rounds to a step, without the noise of floating point. */
const rounded = (value: number, step: number) => Number((Math.round(value / step) * step).toFixed(4));

/** Step of the measure: whole for counts, else a tenth or more. */
export const measureStep = (max: number, { isInteger }: Pick<TermField, 'isInteger'>): number =>
  isInteger ? 1 : Math.max(0.1, rounded(max / MEASURE_STEPS, 0.1));

/** Constants of a point that moves to a place, within the ranges of the fields. */
export function movedTo(
  point: CurvePoint,
  to: { readonly x: number; readonly y: number },
  fields: ReadonlyMap<string, TermField>,
  max: number,
): Record<string, number> {
  const moved: Record<string, number> = {};
  const [xField, yField] = [fields.get(point.xField ?? ''), fields.get(point.yField ?? '')];
  if (xField) {
    const step = measureStep(max, xField);
    // the other end of the curve is at its end, so a point stays one step before it
    const last = xField.isInteger ? xField.max : max - step;
    moved[xField.path] = clamp(rounded(to.x, step), Math.max(0, xField.min), Math.min(xField.max, last));
  }
  if (yField) moved[yField.path] = clamp(rounded(to.y, VALUE_STEP), yField.min, yField.max);
  return moved;
}

/** Place of a point after an arrow key; null for other keys. Shift takes four steps. */
export function afterKey(
  key: string,
  isLarge: boolean,
  point: CurvePoint,
  step: number,
): { readonly x: number; readonly y: number } | null {
  const times = isLarge ? 4 : 1;
  const { x, y } = point;
  if (key === 'ArrowRight') return { x: x + times * step, y };
  if (key === 'ArrowLeft') return { x: x - times * step, y };
  if (key === 'ArrowUp') return { x, y: y + times * VALUE_STEP };
  return key === 'ArrowDown' ? { x, y: y - times * VALUE_STEP } : null;
}
