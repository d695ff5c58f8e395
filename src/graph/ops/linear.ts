/** Linear layers, y = x·Wᵀ, with the residual stream added where it is given. */
import { ONE_PART } from '../backward';
import { type Graph, type Tensor, TOKENS } from '../graph';
import { orientationConstants } from '../variants/products';

/**
 * y = x·Wᵀ (+ residual): x [N, K], W [M, K] as Hugging Face stores it, y [N, M].
 * The gradient of the residual is that of y, handed on without a copy.
 */
export function linear(graph: Graph, label: string, x: Tensor, weight: Tensor, residual: Tensor | null = null): Tensor {
  const [outputs, inputs] = weight.shape as [number, number];
  if (x.shape[1] !== inputs) throw new Error(`${label}: x has ${x.shape[1]} channels, the weight takes ${inputs}`);
  const rows = x.shape[0]!;
  const y = graph.tensor(label, [rows, outputs], x.dtype);
  graph.dispatch(
    label,
    graph.variants.product({ orientation: 'forward', m: rows, n: outputs, k: inputs, stored: weight.dtype }),
    { a: x, b: weight, addend: residual ?? x, c: y },
    { m: TOKENS, n: outputs, k: inputs, accumulate: 0, add: residual ? 1 : 0, ...ONE_PART },
    { ...orientationConstants.forward, ADDS: residual ? 1 : 0, ACCUMULATES: 0 },
  );
  graph.record([y], (backward) => {
    const dy = backward.of(y);
    const dx = backward.into(x);
    if (dx)
      graph.dispatch(
        `${label} dx`,
        graph.variants.product({ orientation: 'dx', m: rows, n: inputs, k: outputs, stored: weight.dtype }),
        { a: dy, b: weight, addend: dy, c: dx.tensor },
        { m: TOKENS, n: inputs, k: outputs, accumulate: dx.accumulate, add: 0, ...ONE_PART },
        { ...orientationConstants.dx, ADDS: 0, ACCUMULATES: dx.accumulate === 0 ? 0 : 1 },
      );
    const dw = backward.into(weight);
    if (dw)
      graph.dispatch(
        `${label} dW`,
        graph.variants.product({ orientation: 'dw', m: outputs, n: inputs, k: rows, stored: weight.dtype }),
        { a: dy, b: x, addend: dy, c: dw.tensor },
        { m: outputs, n: inputs, k: TOKENS, accumulate: dw.accumulate, add: 0, ...dw.parts },
        { ...orientationConstants.dw, ADDS: 0 },
      );
    if (residual) backward.share(residual, dy);
  });
  return y;
}
