/**
 * Newton–Schulz iteration: replaces the singular values of a matrix by numbers near 1 and keeps its singular vectors. As
 * `_zeropower_via_newtonschulz` of torch.optim.Muon, in f32 where torch computes in bfloat16.
 */
import { ONE_PART } from '../../graph/backward';
import type { Graph, Tensor } from '../../graph/graph';
import { type Orientation, orientationConstants } from '../../graph/variants/products';
import { NORM_PARTIALS, squareSum } from '../../kernels/gradNorm';
import { inverseNorm, newtonSchulzPolynomial, scale } from '../../kernels/newtonSchulz';

export interface NewtonSchulzOptions {
  /** Iterations. */
  readonly ns_steps: number;
  /** (a, b, c) of x ← a·x + b·(x·xᵀ)·x + c·(x·xᵀ)²·x. */
  readonly ns_coefficients: readonly [number, number, number];
  /** Least norm that x is divided by. */
  readonly eps: number;
}

/** Product of two matrices without gradients, [m, n]. */
function product(graph: Graph, label: string, orientation: Orientation, a: Tensor, b: Tensor): Tensor {
  const [m, k] = (orientation === 'dw' ? [a.shape[1], a.shape[0]] : a.shape) as [number, number];
  const n = (orientation === 'forward' ? b.shape[0] : b.shape[1]) as number;
  const c = graph.tensor(label, [m, n]);
  graph.dispatch(
    label,
    graph.variants.product({ orientation, m, n, k, stored: 'f32' }),
    { a, b, addend: a, c },
    { m, n, k, accumulate: 0, add: 0, ...ONE_PART },
    { ...orientationConstants[orientation], ADDS: 0, ACCUMULATES: 0 },
  );
  return c;
}

/**
 * x · (xᵀx)^-½, nearly: [A, B], in 3 dispatches and 4 for each iteration.
 * The Gram matrix is that of the shorter side: torch transposes a tall matrix instead. The polynomial is symmetric.
 * @param x [A, B], normalized in place
 */
export function orthogonalize(graph: Graph, label: string, x: Tensor, options: NewtonSchulzOptions): Tensor {
  const [rows, columns] = x.shape as [number, number];
  const count = rows * columns;
  const [a, b, c] = options.ns_coefficients;
  const partial = graph.tensor(`${label} squares`, [NORM_PARTIALS]);
  const inverse = graph.tensor(`${label} inverse norm`, [1]);
  graph.dispatch(`${label} squares`, squareSum, { x, partial }, { count, partials: NORM_PARTIALS, accumulate: 0 });
  graph.dispatch(`${label} norm`, inverseNorm, { partial, inverse }, { partials: NORM_PARTIALS, eps: options.eps });
  graph.dispatch(`${label} normalized`, scale, { factor: inverse, x }, { count });
  const tall = rows > columns;
  const n = Math.min(rows, columns);
  let result = x;
  for (let i = 0; i < options.ns_steps; i++) {
    const gram = product(graph, `${label} gram`, tall ? 'dw' : 'forward', result, result); // [n, n]
    const square = product(graph, `${label} gram²`, 'dx', gram, gram); // [n, n]
    graph.dispatch(`${label} polynomial`, newtonSchulzPolynomial, { gram, square }, { n, a, b, c });
    const [left, right] = tall ? [result, square] : [square, result];
    result = product(graph, `${label} orthogonal`, 'dx', left, right); // [A, B]
  }
  return result;
}
