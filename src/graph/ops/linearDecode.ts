/** Linear layers of a decoding step, each with the operation before it in the block. No gradients. */
import type { Param } from '../../gpu/device';
import { LINEAR_INPUTS } from '../../kernels/linearDecode';
import { rmsNorm } from '../../kernels/rmsNorm';
import { swiglu } from '../../kernels/swiglu';
import { type Graph, roundingOf, type Tensor } from '../graph';
import { forwardProduct } from './product';

/** Function f of the layer's input: RMSNorm with a weight, SwiGLU of gate|up, or the input as it is. */
export type DecodeInput =
  | { readonly kind: 'plain' }
  | { readonly kind: 'swiglu' }
  | { readonly kind: 'rmsNorm'; readonly weight: Tensor; readonly eps: number };

/**
 * y ← (y +) f(x)·Wᵀ in the first `rows` rows: x [S, K] (SwiGLU: [S, 2K]), W [N, K], y [S, N]. One dispatch, or two where f
 * is faster by itself.
 * @param accumulate adds to y, the residual stream: nothing reads its earlier value
 */
export function linearDecode(
  graph: Graph,
  label: string,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  input: DecodeInput,
  rows: Param,
  accumulate = false,
): void {
  const [n, k] = weight.shape as [number, number];
  const adds = accumulate ? 1 : 0;
  const variant = graph.variants.decode({ n, k, input: input.kind });
  if (!variant.apart) {
    const norm = input.kind === 'rmsNorm' ? input : { weight, eps: 0 };
    graph.dispatch(
      label,
      variant.kernel,
      { a: x, weight: norm.weight, b: weight, c: y },
      { m: rows, n, k, accumulate: adds, eps: norm.eps },
      { INPUT: LINEAR_INPUTS[input.kind], ...roundingOf(x) },
    );
    return;
  }
  const taken = emitInput(graph, label, x, input, rows, k);
  forwardProduct(graph, label, { x: taken, weight, y }, rows, { accumulate, kernel: variant.kernel });
}

/** f(x), [S, K]. */
function emitInput(graph: Graph, label: string, x: Tensor, input: DecodeInput, rows: Param, k: number): Tensor {
  if (input.kind === 'plain') return x;
  const slots = x.shape[0]!;
  const y = graph.tensor(`${label} input`, [slots, k], x.dtype);
  if (input.kind === 'swiglu') graph.dispatch(`${label} swiglu`, swiglu, { gateUp: x, y }, { rows, width: k });
  else {
    const rstd = graph.tensor(`${label} rstd`, [slots]);
    const { weight, eps } = input;
    graph.dispatch(`${label} norm`, rmsNorm, { x, weight, y, rstd }, { rows, width: k, eps });
  }
  return y;
}
