/** The matrix product of a linear layer in its three orientations: y = x·Wᵀ, dx = dy·W, dW = dyᵀ·x. */
import type { Param } from '../../gpu/device';
import type { matmul } from '../../kernels/matmul';
import { type GradTarget, ONE_PART, type Parts } from '../backward';
import type { Graph, Tensor } from '../graph';
import { type Orientation, orientationConstants } from '../variants/products';

interface Operands {
  readonly a: Tensor;
  readonly b: Tensor;
  /** Added to the product. */
  readonly addend?: Tensor | null;
  readonly c: Tensor;
}

/** c [m, n] from a sum over k; the live rows are one of m and k. */
interface Sizes {
  readonly m: Param;
  readonly n: number;
  readonly k: Param;
}

interface Emitted {
  readonly kernel: typeof matmul;
  readonly orientation: Orientation;
  readonly operands: Operands;
  readonly sizes: Sizes;
  /** Adds to c. */
  readonly accumulate: Param;
  readonly parts?: Parts;
}

function emit(graph: Graph, label: string, { kernel, orientation, operands, sizes, accumulate, parts }: Emitted): void {
  const { a, b, addend = null, c } = operands;
  const adds = addend ? 1 : 0;
  graph.dispatch(
    label,
    kernel,
    { a, b, addend: addend ?? a, c },
    { ...sizes, accumulate, add: adds, ...(parts ?? ONE_PART) },
    { ...orientationConstants[orientation], ADDS: adds, ACCUMULATES: accumulate === 0 ? 0 : 1 },
  );
}

interface ForwardOptions {
  /** Added to the product: the residual stream. */
  readonly addend?: Tensor | null;
  /** Adds the product to y. */
  readonly accumulate?: boolean;
  /** The variant; by default the one of the shape. */
  readonly kernel?: typeof matmul;
}

/** y = x·Wᵀ (+ addend) in the first `rows` rows: x [N, K], W [M, K], y [N, M]. */
export function forwardProduct(
  graph: Graph,
  label: string,
  { x, weight, y }: Readonly<Record<'x' | 'weight' | 'y', Tensor>>,
  rows: Param,
  { addend = null, accumulate = false, kernel }: ForwardOptions = {},
): void {
  const [n, k] = weight.shape as [number, number];
  emit(graph, label, {
    kernel: kernel ?? graph.variants.product({ orientation: 'forward', m: y.shape[0]!, n, k, stored: weight.dtype }),
    orientation: 'forward',
    operands: { a: x, b: weight, addend, c: y },
    sizes: { m: rows, n, k },
    accumulate: accumulate ? 1 : 0,
  });
}

/** dx (+)= dy·W. */
export function inputGradient(
  graph: Graph,
  label: string,
  { dy, weight, dx }: { readonly dy: Tensor; readonly weight: Tensor; readonly dx: Omit<GradTarget, 'parts'> },
  rows: Param,
): void {
  const [k, n] = weight.shape as [number, number];
  emit(graph, label, {
    kernel: graph.variants.product({ orientation: 'dx', m: dy.shape[0]!, n, k, stored: weight.dtype }),
    orientation: 'dx',
    operands: { a: dy, b: weight, c: dx.tensor },
    sizes: { m: rows, n, k },
    accumulate: dx.accumulate,
  });
}

/** dW (+)= dyᵀ·x, in as many parts as the gradient has. */
export function weightGradient(
  graph: Graph,
  label: string,
  { dy, x, dw, weight }: { readonly dy: Tensor; readonly x: Tensor; readonly dw: GradTarget; readonly weight: Tensor },
  rows: Param,
): void {
  const [m, n] = weight.shape as [number, number];
  emit(graph, label, {
    kernel: graph.variants.product({ orientation: 'dw', m, n, k: dy.shape[0]!, stored: weight.dtype }),
    orientation: 'dw',
    operands: { a: dy, b: x, c: dw.tensor },
    sizes: { m, n, k: rows },
    accumulate: dw.accumulate,
    parts: dw.parts,
  });
}
