/** The policy loss of training on given log-probabilities, and its gradient with respect to them. */
import { type Device, type DeviceBuffer, whole } from '../../gpu/device';
import { Graph } from '../../graph/graph';
import { policyLossOfScores } from '../../graph/ops/policyLoss';
import { makePlan } from '../../graph/plan';
import { kernelOptions } from '../../train/losses/kernels';
import type { LossOptions } from '../../train/losses/policyLoss';

/** Inputs of the kernel for N tokens, at least one. */
export interface ScoreRows {
  /** Log-probability and entropy under the policy, [N, 4]; the last two columns are free. */
  readonly scores: Float32Array;
  /** Log-probability under the reference, [N, 4]; the last three columns are free. */
  readonly reference: Float32Array;
  /** Old log-probability, advantage, weight and the sampler's log-probability, [N, 4]. */
  readonly tokens: Float32Array;
  /** First row and end of each token's completion, [N, 2]. */
  readonly spans: Uint32Array;
}

export interface LossDynamics {
  /** Live rows. */
  readonly tokens: number;
  /** γ ÷ tokens that the entropy bonus counts. */
  readonly entropyWeight: number;
  /** 1 holds every ratio at 1. */
  readonly onPolicy: number;
  readonly entropyThreshold: number;
}

/** Gradients (dlogprob, dentropy) [N, 2] and statistics (loss, ratio, KL, mark) [N, 4]. */
export async function lossOfScores(
  device: Device,
  { scores, reference, tokens, spans }: ScoreRows,
  options: LossOptions,
  dynamics: LossDynamics,
): Promise<{ readonly dscores: Float32Array; readonly stats: Float32Array }> {
  const N = spans.length / 2;
  const graph = new Graph();
  const owned: DeviceBuffer[] = [];
  const given = (label: string, data: Float32Array | Uint32Array) => {
    const buffer = device.createBuffer(label, Math.ceil(data.byteLength / 16) * 16);
    device.write(buffer, data);
    owned.push(buffer);
    return graph.external(label, [N, data.length / N], whole(buffer));
  };
  const batch = {
    reference: given('reference', reference),
    tokens: given('tokens', tokens),
    spans: given('spans', spans),
  };
  const { dscores, stats } = policyLossOfScores(graph, given('scores', scores), batch, await kernelOptions(options));
  graph.output(dscores);
  graph.output(stats);
  const plan = await makePlan(device, graph);
  const run = { sequence: plan.sequence, dynamics: { ...dynamics } };
  const [gradients, statistics] = await device.read([plan.range(dscores), plan.range(stats)], [run]);
  plan.destroy();
  for (const buffer of owned) buffer.destroy();
  return { dscores: new Float32Array(gradients!), stats: new Float32Array(statistics!) };
}
