/** RMSNorm. */
import { columnSum } from '../../kernels/columnSum';
import { rmsNorm as kernel } from '../../kernels/rmsNorm';
import { NORM_BLOCK, rmsNormGrad } from '../../kernels/rmsNormGrad';
import { type Graph, type Tensor, TOKENS } from '../graph';

/** y = x / rms(x) · weight over the channels: [N, C]. */
export function rmsNorm(graph: Graph, label: string, x: Tensor, weight: Tensor, eps: number): Tensor {
  const [capacity, width] = x.shape as [number, number];
  const y = graph.tensor(label, x.shape);
  const rstd = graph.tensor(`${label} rstd`, [capacity]);
  graph.dispatch(label, kernel, { x, weight, y, rstd }, { rows: TOKENS, width, eps });
  graph.record([y], (backward) => {
    const dy = backward.of(y);
    const dx = backward.into(x);
    const dweight = backward.into(weight);
    if (!dx || !dweight) throw new Error(`${label}: norms of frozen models are not traced backward`);
    const blocks = Math.ceil(capacity / NORM_BLOCK);
    const partial = graph.tensor(`${label} dweight by block`, [blocks, width]);
    graph.dispatch(
      `${label} grad`,
      rmsNormGrad,
      { x, weight, rstd, dy, dx: dx.tensor, partial },
      { rows: TOKENS, width, accumulate: dx.accumulate },
    );
    graph.dispatch(
      `${label} dweight`,
      columnSum,
      { x: partial, sum: dweight.tensor },
      { rows: { dynamic: 'normBlocks' }, width, accumulate: dweight.accumulate },
    );
  });
  return y;
}
