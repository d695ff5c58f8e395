/**
 * `probe policy-loss`: advantages, loss, gradient with respect to the log-probabilities, and metrics. Input are log-probabilities and
 * rewards; the kernel and the host code are those of training.
 */
import type { Device } from '../../gpu/device';
import { advantagesOf } from '../../train/advantages';
import { afterUpdate, gammaInForce } from '../../train/entropyControl';
import { lossByName } from '../../train/losses/index';
import { correctionOf } from '../../train/losses/options';
import { type PolicyLoss, tokenWeights } from '../../train/losses/policyLoss';
import { entropyThreshold } from '../../train/losses/topEntropy';
import { lossMetrics, type Metrics, meanEntropy, type ScoredSequence, spreadMetrics } from '../../train/metrics';
import { correctionMetrics, samplingMetrics } from '../../train/samplerMetrics';
import { lossOfScores } from './lossOfScores';
import * as asked from './lossOptionsSchema';
import type { ProbePolicyLossInput } from './policyLossSchema';

export interface ProbePolicyLossResult {
  advantages: number[];
  loss: number;
  grad_logprobs: number[][];
  metrics: Metrics;
}

/** γ of this update, and of the next. */
function gammaOf(gamma: number, input: ProbePolicyLossInput) {
  const target = asked.entropyTargetOf(input);
  if (!target) return { inForce: gamma, after: () => ({}) };
  const control = asked.entropyControlOf(input, gamma);
  return {
    inForce: gammaInForce(control, target),
    after: (entropy: number) => ({ entropy_coef: afterUpdate(control, entropy, target).gamma }),
  };
}

/** @param loss replaces `loss_type`; it need not be in the list of losses */
export async function probePolicyLoss(
  device: Device,
  input: ProbePolicyLossInput,
  loss: PolicyLoss = lossByName(input.options.loss_type),
): Promise<ProbePolicyLossResult> {
  const options = asked.probeLossOptions(input, loss);
  const correction = correctionOf(options);
  const rewards = asked.rewardTermsOf(input);
  const advantages = advantagesOf(rewards, asked.advantageOptionsOf(input));
  const gamma = gammaOf(options.gamma, input);
  const columns = input.mask[0]?.length ?? 0;
  /** Places of each row that count in the loss. */
  const places = input.mask.map((row, b) =>
    input.options.mask_truncated?.[b] ? [] : row.flatMap((counted, t) => (counted ? [t] : [])),
  );
  const lengths = places.map((row) => row.length);
  const weights = tokenWeights(options, lengths);
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const entropies = places.flatMap((row, b) => row.map((t) => input.entropy[b]![t]!));
  const threshold = options.topEntropy < 1 ? entropyThreshold(entropies, options.topEntropy) : 0;
  const kept = options.topEntropy < 1 ? entropies.filter((entropy) => Math.fround(entropy) >= threshold).length : count;
  const entropyWeight = gamma.inForce / Math.max(1, kept);

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
      tokens.set([input.old[b]![t]!, advantages[b]!, weights[b]!, input.sampler?.[b]?.[t] ?? 0], row * 4);
      spans.set([first, first + row_.length], row * 2);
      row++;
    }
  });
  const rows = { scores, reference, tokens, spans };
  const dynamics = { tokens: count, entropyWeight, onPolicy: 0, entropyThreshold: threshold };
  const { dscores: grads, stats: stat } = await lossOfScores(device, rows, options, dynamics);

  let at = 0;
  let value = 0;
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
        marks: column(3),
      },
      counted: row_.length > 0,
    };
    value += column(0).reduce((sum, part) => sum + part, 0);
    at += row_.length;
    return sequence;
  });
  const { kl, ...metrics } = lossMetrics(sequences, options);
  const sampled = places.map((row_, b) => ({
    sampler: row_.map((t) => input.sampler?.[b]?.[t] ?? 0),
    trainer: row_.map((t) => input.old[b]![t]!),
    counted: row_.length > 0,
  }));
  const bonusEntropy = meanEntropy(sequences, threshold);
  const steered = input.options.adaptive_entropy !== null;
  return {
    advantages,
    loss: value,
    grad_logprobs: gradLogprobs,
    metrics: {
      ...metrics,
      ...(options.beta > 0 ? { kl: kl! } : {}),
      ...(options.gamma > 0 || steered ? { policy_loss: value + gamma.inForce * bonusEntropy } : {}),
      ...gamma.after(bonusEntropy),
      ...(input.rewards_per_func ? spreadMetrics(rewards, asked.advantageOptionsOf(input)) : {}),
      ...(input.sampler ? samplingMetrics(sampled, false) : {}),
      ...(correction ? correctionMetrics(sampled, correction) : {}),
    },
  };
}
