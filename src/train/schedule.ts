/**
 * Learning rate by step: a linear warm-up, then constant, linear or cosine to a share of the peak. The warm-up is that of
 * Hugging Face's `get_constant_`, `get_linear_` and `get_cosine_schedule_with_warmup`. The first step has a rate of 0; the first
 * step after the warm-up has the peak. One difference: linear and cosine end on the last step here, one step later there.
 */

export interface Schedule {
  readonly peak: number;
  readonly warmup: number;
  readonly steps: number;
  readonly decay: 'constant' | 'linear' | 'cosine';
  /** Share of the peak at the end of linear and cosine. */
  readonly floor: number;
}

/** @param step counted from 0 */
export function learningRate({ peak, warmup, steps, decay, floor }: Schedule, step: number): number {
  if (step < warmup) return (peak * step) / warmup;
  if (decay === 'constant') return peak;
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - 1 - warmup));
  if (decay === 'linear') return peak * (floor + (1 - floor) * (1 - progress));
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
