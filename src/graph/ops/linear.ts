/** Linear layers, y = x·Wᵀ, with the residual stream added where it is given. */
import { type Graph, type Tensor, TOKENS } from '../graph';
import { forwardProduct, inputGradient, weightGradient } from './product';

/**
 * y = x·Wᵀ (+ residual): x [N, K], W [M, K] as Hugging Face stores it, y [N, M].
 * The gradient of the residual is that of y, handed on without a copy.
 */
export function linear(graph: Graph, label: string, x: Tensor, weight: Tensor, residual: Tensor | null = null): Tensor {
  const [outputs, inputs] = weight.shape as [number, number];
  if (x.shape[1] !== inputs) throw new Error(`${label}: x has ${x.shape[1]} channels, the weight takes ${inputs}`);
  const y = graph.tensor(label, [x.shape[0]!, outputs], x.dtype);
  forwardProduct(graph, label, { x, weight, y }, TOKENS, { addend: residual });
  graph.record([y], (backward) => {
    const dy = backward.of(y);
    const dx = backward.into(x);
    if (dx) inputGradient(graph, `${label} dx`, { dy, weight, dx }, TOKENS);
    const dw = backward.into(weight);
    if (dw) weightGradient(graph, `${label} dW`, { dy, x, weight, dw }, TOKENS);
    if (residual) backward.share(residual, dy);
  });
  return y;
}
