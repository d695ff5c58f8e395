/** SwiGLU over fused gate|up rows. */
import { swiglu as kernel, swigluGrad } from '../../kernels/swiglu';
import { type Graph, type Tensor, TOKENS } from '../graph';

/** up · silu(gate): [N, F] from [N, 2F]. */
export function swiglu(graph: Graph, gateUp: Tensor): Tensor {
  const [capacity, width] = [gateUp.shape[0]!, gateUp.shape[1]! / 2];
  const y = graph.tensor('swiglu', [capacity, width], gateUp.dtype);
  graph.dispatch('swiglu', kernel, { gateUp, y }, { rows: TOKENS, width });
  graph.record([y], (backward) => {
    const dgateUp = backward.into(gateUp);
    if (dgateUp?.accumulate !== 0) throw new Error('swiglu must be the only reader of its gate|up');
    graph.dispatch(
      'swiglu grad',
      swigluGrad,
      { gateUp, dy: backward.of(y), dgateUp: dgateUp.tensor },
      { rows: TOKENS, width },
    );
  });
  return y;
}
