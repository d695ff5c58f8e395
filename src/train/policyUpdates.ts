/** The μ updates on one batch of completions: loss weights, old log-probabilities, steered γ and the metrics of each update. */
import { afterUpdate, type EntropyControl, type EntropyTarget, gammaInForce } from './entropyControl';
import { type LossOptions, tokenWeights } from './losses/policyLoss';
import { lossMetrics, type Metrics, meanEntropy } from './metrics';
import { assertFiniteStep, located, NonFiniteError } from './nonFiniteError';
import type { PolicyExample, PolicyResult, PolicyTrainer, TokenStats } from './policy';

/** A completion before the loss weighs it. */
export interface BatchCompletion {
  readonly prompt: readonly number[];
  readonly ids: readonly number[];
  readonly advantage: number;
  /** False leaves the completion out of the loss. */
  readonly counted: boolean;
  /** Log-probabilities before the updates; null takes those of the first update. */
  readonly old: Float32Array | null;
  /** Log-probabilities of the sampler, where the loss corrects for it. */
  readonly sampler: Float32Array | null;
}

export interface PolicyBatch {
  readonly examples: readonly PolicyExample[];
  readonly counted: readonly boolean[];
  /** Completion tokens that the loss counts, at least 1. */
  readonly tokens: number;
}

/** Gives each completion its weight in the loss. */
export function policyBatch(completions: readonly BatchCompletion[], loss: LossOptions): PolicyBatch {
  const lengths = completions.map(({ ids, counted }) => (counted ? ids.length : 0));
  const weights = tokenWeights(loss, lengths);
  return {
    examples: completions.map(({ prompt, ids, advantage, counted, old, sampler }, b) => ({
      ids: [...prompt, ...ids],
      promptLength: prompt.length,
      advantage,
      weight: counted ? weights[b]! : 0,
      old,
      sampler,
    })),
    counted: completions.map(({ counted }) => counted),
    tokens: Math.max(
      1,
      lengths.reduce((sum, length) => sum + length, 0),
    ),
  };
}

export interface UpdateOptions {
  readonly loss: LossOptions;
  /** μ, optimizer steps on each batch. */
  readonly updates: number;
  /** Steers γ, from `loss.gamma` on; null keeps γ fixed. */
  readonly entropyTarget: EntropyTarget | null;
}

export interface PolicyUpdate {
  readonly result: PolicyResult;
  readonly metrics: Metrics;
  /** State of γ after the update. */
  readonly control: EntropyControl;
}

/**
 * Makes the updates, one for each pull.
 * @throws NonFiniteError if a score, a loss, a KL or a gradient is not finite; the weights are those before the update
 */
export async function* policyUpdates(
  trainer: PolicyTrainer,
  { examples, counted, tokens }: PolicyBatch,
  lr: number,
  start: EntropyControl,
  { loss, updates, entropyTarget }: UpdateOptions,
): AsyncGenerator<PolicyUpdate> {
  let control = start;
  let before: readonly TokenStats[] | null = null;
  for (let update = 0; update < updates; update++) {
    const batch: readonly PolicyExample[] = before
      ? examples.map((example, b) => ({ ...example, old: example.old ?? before![b]!.logprobs }))
      : examples;
    const gamma = entropyTarget ? gammaInForce(control, entropyTarget) : loss.gamma;
    const weight = gamma / tokens;
    const locate = () => trainer.firstNonFinite(batch, weight);
    const result = await trainer.step(batch, lr, weight).catch(async (error: unknown) => {
      throw error instanceof NonFiniteError ? new NonFiniteError(error.what, await located(locate)) : error;
    });
    before ??= result.stats;
    const scored = result.stats.map((stats, b) => ({ stats, counted: counted[b]! }));
    const bonusEntropy = meanEntropy(scored, result.entropyThreshold);
    const metrics: Metrics = {
      ...lossMetrics(scored, loss),
      loss: result.loss,
      // TRL's: the loss before the entropy bonus
      policy_loss: result.loss + gamma * bonusEntropy,
      grad_norm: result.gradNorm,
    };
    await assertFiniteStep(metrics, locate);
    if (entropyTarget) {
      control = afterUpdate(control, bonusEntropy, entropyTarget);
      metrics.entropy_coef = control.gamma;
      metrics['entropy_coef/in_force'] = gamma;
    }
    yield { result, metrics, control };
  }
}
