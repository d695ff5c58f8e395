/**
 * `probe policy-loss`: advantages, loss, gradient with respect to the log-probabilities, and metrics of given
 * log-probabilities and rewards, by the same kernel and the same host code as training.
 */
import { z } from 'zod';
import { type Device, type DeviceBuffer, whole } from '../gpu/device';
import { Graph } from '../graph/graph';
import { policyLossOfScores } from '../graph/ops/policyLoss';
import { makePlan } from '../graph/plan';
import { groupAdvantages } from '../train/advantages';
import { kernelOptions, type LossOptions, lossTypes, tokenWeights } from '../train/lossOptions';
import { lossMetrics, type Metrics, type ScoredSequence } from '../train/metrics';

const matrix = z.array(z.array(z.number()));
const bits = z.array(z.union([z.literal(0), z.literal(1)]));

export const probePolicyLossSchema = z
  .strictObject({
    logprobs: matrix,
    old: matrix,
    ref: matrix,
    entropy: matrix,
    mask: z.array(bits),
    rewards: z.array(z.number()).min(1),
    group_size: z.int().min(1),
    options: z.strictObject({
      loss_type: z.enum(lossTypes),
      beta: z.number().min(0).default(0),
      gamma: z.number().min(0).default(0),
      epsilon_low: z.number().min(0).default(0.2),
      epsilon_high: z.number().min(0).default(0.2),
      delta: z.number().positive().nullable().default(null),
      scale_rewards: z.enum(['group', 'batch', 'none']).default('group'),
      importance_sampling_level: z.enum(['token', 'sequence']).default('token'),
      max_completion_length: z.int().min(1),
      mask_truncated: bits.nullish(),
    }),
  })
  .superRefine((input, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const [rows, columns] = [input.rewards.length, input.mask[0]?.length ?? 0];
    for (const name of ['logprobs', 'old', 'ref', 'entropy', 'mask'] as const)
      if (input[name].length !== rows || input[name].some((row) => row.length !== columns))
        issue(name, `must be ${rows} rows of ${columns}, as rewards and mask say`);
    if (rows % input.group_size !== 0) issue('rewards', `${rows} rewards do not fill groups of ${input.group_size}`);
    const truncated = input.options.mask_truncated;
    if (truncated && truncated.length !== rows) issue('options', `mask_truncated must have ${rows} entries`);
  });

export interface ProbePolicyLossResult {
  advantages: number[];
  loss: number;
  grad_logprobs: number[][];
  metrics: Metrics;
}

type Input = z.infer<typeof probePolicyLossSchema>;

const lossOptionsOf = ({ options }: Input): LossOptions => ({
  lossType: options.loss_type,
  beta: options.beta,
  gamma: options.gamma,
  epsilonLow: options.epsilon_low,
  epsilonHigh: options.epsilon_high,
  delta: options.delta,
  importanceSamplingLevel: options.importance_sampling_level,
  maxCompletionLength: options.max_completion_length,
});

export async function probePolicyLoss(device: Device, input: Input): Promise<ProbePolicyLossResult> {
  const options = lossOptionsOf(input);
  const advantages = groupAdvantages(input.rewards, input.group_size, input.options.scale_rewards);
  const columns = input.mask[0]?.length ?? 0;
  /** Counted places of each row: those that the loss sees. */
  const places = input.mask.map((row, b) =>
    input.options.mask_truncated?.[b] ? [] : row.flatMap((counted, t) => (counted ? [t] : [])),
  );
  const lengths = places.map((row) => row.length);
  const weights = tokenWeights(options, lengths);
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const entropyWeight = options.gamma / Math.max(1, count);

  const N = Math.max(1, count);
  const scores = new Float32Array(N * 4);
  const reference = new Float32Array(N * 4);
  const tokens = new Float32Array(N * 4);
  const spans = new Uint32Array(N * 2);
  let row = 0;
  places.forEach((row_, b) => {
    const first = row;
    for (const t of row_) {
      scores.set([input.logprobs[b]![t]!, input.entropy[b]![t]!], row * 4);
      reference[row * 4] = input.ref[b]![t]!;
      tokens.set([input.old[b]![t]!, advantages[b]!, weights[b]!], row * 4);
      spans.set([first, first + row_.length], row * 2);
      row++;
    }
  });
  const graph = new Graph();
  const owned: DeviceBuffer[] = [];
  const given = (label: string, data: Float32Array | Uint32Array) => {
    const buffer = device.createBuffer(label, Math.ceil(data.byteLength / 16) * 16);
    device.write(buffer, data);
    owned.push(buffer);
    return graph.external(label, [N, data.length / N], whole(buffer));
  };
  const scored = given('scores', scores);
  const batch = {
    reference: given('reference', reference),
    tokens: given('tokens', tokens),
    spans: given('spans', spans),
  };
  const { dscores, stats } = policyLossOfScores(graph, scored, batch, kernelOptions(options));
  graph.output(dscores);
  graph.output(stats);
  const plan = await makePlan(device, graph);
  const run = { sequence: plan.sequence, dynamics: { tokens: count, entropyWeight, onPolicy: 0 } };
  const [gradBytes, statBytes] = await device.read([plan.range(dscores), plan.range(stats)], [run]);
  plan.destroy();
  for (const buffer of owned) buffer.destroy();
  const grads = new Float32Array(gradBytes!);
  const stat = new Float32Array(statBytes!);

  let at = 0;
  let loss = 0;
  const gradLogprobs = places.map((row_) => {
    const gradients = new Array<number>(columns).fill(0);
    for (const t of row_) gradients[t] = grads[2 * at++]!;
    return gradients;
  });
  at = 0;
  const sequences = places.map((row_, b): ScoredSequence => {
    const column = (i: number) => Float32Array.from(row_, (_, t) => stat[(at + t) * 4 + i]!);
    const sequence = {
      stats: {
        entropies: Float32Array.from(row_, (t) => input.entropy[b]![t]!),
        ratios: column(1),
        kls: column(2),
        clipped: column(3),
      },
      counted: row_.length > 0,
    };
    loss += column(0).reduce((sum, part) => sum + part, 0);
    at += row_.length;
    return sequence;
  });
  const { kl, ...metrics } = lossMetrics(sequences, options);
  return {
    advantages,
    loss,
    grad_logprobs: gradLogprobs,
    metrics: {
      ...metrics,
      ...(options.beta > 0 ? { kl: kl! } : {}),
      ...(options.gamma > 0 ? { policy_loss: loss + options.gamma * metrics.entropy! } : {}),
    },
  };
}
