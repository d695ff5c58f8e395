/**
 * Costs of a step's dispatches by count, not by clock: bytes of the bound ranges, operations of the products; and the least
 * bytes that a training step can move.
 */
import type { BufferRange, Dispatch, Run, Timing } from '../src/gpu/device';
import type { Binding } from '../src/gpu/kernel';
import { resolveParams } from '../src/gpu/uniforms';
import type { ModelConfig } from './works/model';
import { parameterShapes } from './works/model';

export interface KernelCost {
  readonly kernel: string;
  readonly dispatches: number;
  readonly bytes: number;
  /** Operations of matrix products, 2·m·n·k each; 0 for other kernels, which are bound by bandwidth. */
  readonly flops: number;
  /** Null if the adapter has no timestamps. */
  readonly milliseconds: number | null;
}

const isProduct = ({ kernel }: Dispatch) => kernel.name.startsWith('matmul');

/** Bytes of each range, once for reading and once for writing. A product without addition reads neither addend nor result. */
function bytesOf(dispatch: Dispatch, params: Readonly<Record<string, number>>): number {
  return Object.entries(dispatch.bindings).reduce((sum, [name, { bytes }]) => {
    const { access } = dispatch.kernel.bindings[name] as Binding;
    if (isProduct(dispatch) && name === 'addend' && !params.add) return sum;
    const once = access !== 'update' || (isProduct(dispatch) && !params.accumulate);
    return sum + (once ? bytes : 2 * bytes);
  }, 0);
}

/** Costs by kernel, largest first. */
export function kernelCosts(runs: readonly Run[], times: readonly Timing[] | null): KernelCost[] {
  const costs = new Map<string, { dispatches: number; bytes: number; flops: number }>();
  for (const { sequence, dynamics = {}, repeat = 1 } of runs)
    for (const dispatch of sequence.dispatches) {
      const params = resolveParams(dispatch, dynamics);
      const cost = costs.get(dispatch.kernel.name) ?? { dispatches: 0, bytes: 0, flops: 0 };
      costs.set(dispatch.kernel.name, cost);
      cost.dispatches += repeat;
      cost.bytes += repeat * bytesOf(dispatch, params);
      cost.flops += repeat * (dispatch.kernel.flops?.(params, dispatch.constants) ?? 0);
    }
  const took = (kernel: string) =>
    times
      ?.filter(({ dispatch }) => dispatch.kernel.name === kernel)
      .reduce((sum, { milliseconds }) => sum + milliseconds, 0) ?? null;
  return [...costs]
    .map(([kernel, cost]) => ({ kernel, ...cost, milliseconds: took(kernel) }))
    .sort((a, b) => (b.milliseconds ?? b.bytes) - (a.milliseconds ?? a.bytes));
}

/** Bytes of all bound buffers: plan slots, arenas and batch. */
export function boundBytes(runs: readonly Run[]): number {
  const ranges = runs.flatMap(({ sequence }) =>
    sequence.dispatches.flatMap(({ bindings }) => Object.values<BufferRange>(bindings)),
  );
  return [...new Set(ranges.map(({ buffer }) => buffer))].reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Least bytes of a training step. AdamW reads p, g, m, v and writes p, m, v: 28 bytes per parameter. Each activation that
 * backward needs is written once and read once: per layer the residual stream before attention and before the MLP, q|k|v, the
 * attention output and gate|up; after the last layer the residual stream and the logits. Recomputable values do not count.
 */
export function leastTrainingBytes(config: ModelConfig, tokens: number): number {
  const { L, C, H, K, D, F, V } = config;
  const parameters = parameterShapes(config).reduce((sum, { size }) => sum + size, 0);
  const saved = L * (2 * C + (H + 2 * K) * D + H * D + 2 * F) + C + V;
  return 28 * parameters + 2 * 4 * tokens * saved;
}
