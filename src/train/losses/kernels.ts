/** Kernels of policy losses. The page reads the records; only what trains or tests loads a kernel. */
import type { PolicyLossOptions } from '../../graph/ops/policyLoss';
import { corrections } from '../../kernels/correction';
import type { Objective, PolicyLossKernel } from '../../kernels/policyLoss';
import { losses } from './index';
import { correctionOf } from './options';
import { type LossOptions, sequenceLevel } from './policyLoss';

const made = new Map<Objective, PolicyLossKernel>();

/** The kernel of an objective, made once. */
export async function kernelOf(objective: Objective): Promise<PolicyLossKernel> {
  const { policyLossKernel } = await import('../../kernels/policyLoss');
  const kernel = made.get(objective) ?? policyLossKernel(objective);
  made.set(objective, kernel);
  return kernel;
}

/** Kernels of all losses, each once. */
export const lossKernels = (): Promise<PolicyLossKernel[]> =>
  Promise.all([...new Set(losses.map(({ objective }) => objective))].map(kernelOf));

/** Kernel, uniforms and constants of a loss. */
export async function kernelOptions(options: LossOptions): Promise<PolicyLossOptions> {
  const { loss, own, epsilonLow, epsilonHigh, delta, beta } = options;
  const correction = correctionOf(options);
  return {
    kernel: await kernelOf(loss.objective),
    params: {
      ...{ epsilonLow, epsilonHigh, delta, beta, ...own },
      correctionMin: correction?.min ?? 0,
      correctionMax: correction?.max ?? 0,
    },
    constants: {
      SEQUENCE: sequenceLevel(options) ? 1 : 0,
      KL_RATIO: options.klRatio ? 1 : 0,
      CORRECTION: correction ? corrections[correction.mode] : 0,
      TOP_ENTROPY: options.topEntropy < 1 ? 1 : 0,
    },
  };
}
