/** RMSNorm. The gradients of all norm weights of a model are added up by one dispatch, after the last of them. */
import { columnSum } from '../../kernels/columnSum';
import { rmsNorm as kernel } from '../../kernels/rmsNorm';
import { NORM_BLOCK, rmsNormGrad } from '../../kernels/rmsNormGrad';
import type { GradTarget } from '../backward';
import { type Graph, sliceRows, type Tensor, TOKENS } from '../graph';

/** Block sums of the weight gradients of all norms, collected until the last norm has added its own. */
export class NormSums {
  private partials: Tensor | null = null;
  private taken = 0;

  /** @param gradients of all norms side by side, [norms, stride] with C ≤ stride */
  constructor(
    private readonly graph: Graph,
    private readonly gradients: Tensor,
  ) {}

  /** @param emit dispatches what leaves the sums of a norm in the tensor given */
  add(capacity: number, width: number, dweight: GradTarget, emit: (partial: Tensor) => void): void {
    const [norms, sumStride] = this.gradients.shape as [number, number];
    const blocks = Math.ceil(capacity / NORM_BLOCK);
    const stride = Math.ceil((blocks * width) / 64) * 64;
    this.partials ??= this.graph.tensor('norm dweights by block', [norms, stride]);
    const index = (offsetOf(dweight.tensor) - offsetOf(this.gradients)) / (sumStride * 4);
    if (!Number.isInteger(index) || index < 0 || index >= norms)
      throw new Error(`${dweight.tensor.label} is outside the range of the norms' gradients`);
    emit(sliceRows(this.partials, index, 1));
    this.taken++;
    if (this.taken < norms) return;
    this.graph.dispatch(
      'norm dweights',
      columnSum,
      { x: this.partials, sum: this.gradients },
      {
        groups: norms,
        rows: { dynamic: 'normBlocks' },
        width,
        stride,
        sumStride,
        accumulate: dweight.accumulate, // a norm is used once: all of them have the same
      },
    );
  }
}

const offsetOf = ({ storage, offset }: Tensor): number => (storage.external?.offset ?? 0) + offset;

/** y = x / rms(x) · weight over the channels: [N, C]. @param sums null where the weight is frozen */
export function rmsNorm(
  graph: Graph,
  label: string,
  x: Tensor,
  weight: Tensor,
  eps: number,
  sums: NormSums | null,
): Tensor {
  const [capacity, width] = x.shape as [number, number];
  const y = graph.tensor(label, x.shape, x.dtype);
  const rstd = graph.tensor(`${label} rstd`, [capacity]);
  graph.dispatch(label, kernel, { x, weight, y, rstd }, { rows: TOKENS, width, eps });
  graph.record([y], (backward) => {
    const dy = backward.of(y);
    const dx = backward.into(x);
    const dweight = backward.into(weight);
    if (!dx || !dweight || !sums) throw new Error(`${label}: norms of frozen models are not traced backward`);
    sums.add(capacity, width, dweight, (partial) =>
      graph.dispatch(
        `${label} grad`,
        rmsNormGrad,
        { x, weight, rstd, dy, dx: dx.tensor, partial },
        { rows: TOKENS, width, accumulate: dx.accumulate },
      ),
    );
  });
  return y;
}
