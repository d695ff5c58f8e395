/**
 * `inspect`: every token of one stored rollout under the weights of a checkpoint. Forward passes give log-probabilities, entropy
 * and top 5; the loss of training gives ratio, clip side, KL and the token's share of the gradient. Numbers of `step` are those
 * of the journal, exact for the rollout's own step.
 */
import type { Device } from '../../gpu/device';
import { loadWeights, openModel } from '../../model/model';
import type { Tensors } from '../../model/parameters';
import { Tokenizer } from '../../text/tokenizer';
import { correctionOf } from '../../train/losses/options';
import type { PolicyLoss } from '../../train/losses/policyLoss';
import { assertFiniteAt } from '../../train/nonFiniteError';
import { sequenceLogits } from '../../train/scoring';
import { renewWorkingWeights } from '../../train/workingWeights';
import { modelConfigOf } from '../recipe/recipe';
import type { GrpoEvent } from '../run/events';
import { dynamicsOf, type InspectInput } from './dynamics';
import { type Alternative, distributionOf, likeliest, logitGradient, norm } from './logits';
import { lossOfScores } from './lossOfScores';

export type ClipSide = 'low' | 'high';

/** Numbers of the journal for a token: exact for the step of the rollout. */
export interface StepNumbers {
  readonly entropy: number;
  /** One number for each of the μ updates; null in a journal without them. */
  readonly ratios: readonly number[] | null;
  readonly kls: readonly number[] | null;
  readonly clips: readonly (ClipSide | null)[] | null;
}

export interface InspectedToken {
  readonly id: number;
  readonly text: string;
  /** Log-probabilities, nats. `sampler` and `old` are those of the journal: when it was drawn, and before the update. */
  readonly logprobs: {
    /** Under the distribution that the sampler drew from; null in a journal without it. */
    readonly sampler: number | null;
    readonly old: number;
    readonly current: number;
    readonly reference: number;
  };
  /** Current ÷ old probability, of the token or of the completion, as the loss takes it. */
  readonly ratio: number;
  /** Bound that decides the objective; null where none does, and for losses with a gate. */
  readonly clip: ClipSide | null;
  /** Gate of a loss that has one; null for others. */
  readonly gate: number | null;
  /** k3 estimate of the KL to the reference: r − log r − 1 with r = reference ÷ current probability. */
  readonly kl: number;
  /** Entropy of the distribution at the sampling temperature, nats. */
  readonly entropy: number;
  /** Most likely tokens, the likeliest first. */
  readonly top: readonly (Alternative & { readonly text: string })[];
  /** Term of the token in the loss, KL and entropy bonus included. */
  readonly loss: number;
  /**
   * Norm |∂L/∂z_t| of the gradient of the step's loss L with respect to the logits z_t that predicted the token, [V]. It is the
   * size of the gradient where it enters the model, not that of the parameters.
   */
  readonly gradient: number;
  /** Share of `gradient` in its sum over the tokens of the completion; 0 where all are 0. */
  readonly gradient_share: number;
  readonly step: StepNumbers;
}

export interface Inspection {
  readonly step: number;
  readonly group: number;
  readonly rollout: number;
  readonly prompt: string;
  readonly text: string;
  readonly advantage: number;
  /** Weight of each token in the loss; 0 where the completion is masked. */
  readonly weight: number;
  readonly temperature: number;
  readonly tokens: readonly InspectedToken[];
}

export interface InspectWeights {
  readonly model: Tensors;
  readonly reference: Tensors;
}

type Rollout = GrpoEvent['groups'][number]['rollouts'][number];

/** Side of the bound that decides; null where none does. */
const clipOf = ({ marksGate }: PolicyLoss, mark: number, ratio: number): ClipSide | null =>
  marksGate || mark === 0 ? null : ratio < 1 ? 'low' : 'high';

/** Numbers of the updates for token t of T, from an array [μ·T]. */
const ofUpdates = (numbers: ArrayLike<number>, t: number, T: number): number[] =>
  Array.from({ length: numbers.length / T }, (_, u) => numbers[u * T + t]!);

function stepNumbers({ ids, entropies, ratios, kls, clipped }: Rollout, t: number, loss: PolicyLoss): StepNumbers {
  const at = (numbers: ArrayLike<number> | undefined) => (numbers ? ofUpdates(numbers, t, ids.length) : null);
  const [ratio, marks] = [at(ratios), at(clipped)];
  const clips = ratio && marks ? marks.map((mark, u) => clipOf(loss, mark, ratio[u]!)) : null;
  return { entropy: entropies[t]!, ratios: ratio, kls: at(kls), clips };
}

/** The rollout of an event. @throws naming the number of groups or rollouts */
export function rolloutAt({ event, group, rollout }: InspectInput) {
  const { step, groups } = event;
  const drawn = groups[group];
  if (!drawn) throw new Error(`group: step ${step} has no group ${group}; use 0 to ${groups.length - 1}`);
  const found = drawn.rollouts[rollout];
  if (!found)
    throw new Error(`rollout: group ${group} has no rollout ${rollout}; use 0 to ${drawn.rollouts.length - 1}`);
  return { prompt: drawn.prompt, found, place: group * drawn.rollouts.length + rollout };
}

/**
 * @throws naming a group or rollout that the step does not have
 * @throws NonFiniteError where a logit is not finite
 */
export async function inspectRollout(
  device: Device,
  weights: InspectWeights,
  input: InspectInput,
): Promise<Inspection> {
  const { recipe, event } = input;
  const { prompt, found, place } = rolloutAt(input);
  const { ids, sampler_logprobs: sampler = null } = found;
  const { loss, weight, ...entropy } = dynamicsOf(input, place);
  if (correctionOf(loss) && !sampler)
    throw new Error(
      `step ${event.step}: the journal has no sampler_logprobs, which the loss corrects for; train again`,
    );
  const { temperature } = recipe.grpo;
  const tokenizer = new Tokenizer();
  const before = tokenizer.chatPrompt(prompt);
  const sequence = [...before, ...Array.from(ids)];
  const config = { ...modelConfigOf(recipe, tokenizer.size), max_position_embeddings: sequence.length };
  const model = openModel(device, config, { precision: recipe.precision });
  const T = ids.length;
  /** Distributions that predicted the tokens of the completion. */
  const distributions = async (tensors: Tensors, what: string) => {
    loadWeights(model, tensors);
    await renewWorkingWeights(model);
    const [logits] = await sequenceLogits(model, [sequence]);
    return Array.from({ length: T }, (_, t) => {
      const row = logits![before.length - 1 + t]!;
      assertFiniteAt(row, (v) => `${what}: token ${t + 1}: the logit of token id ${v}`);
      return distributionOf(row, temperature);
    });
  };
  try {
    const current = await distributions(weights.model, 'the checkpoint');
    const reference = await distributions(weights.reference, 'the reference');
    const rows = {
      scores: new Float32Array(T * 4),
      reference: new Float32Array(T * 4),
      tokens: new Float32Array(T * 4),
      spans: new Uint32Array(T * 2),
    };
    for (let t = 0; t < T; t++) {
      const id = ids[t]!;
      rows.scores.set([current[t]!.logprobs[id]!, current[t]!.entropy], t * 4);
      rows.reference[t * 4] = reference[t]!.logprobs[id]!;
      rows.tokens.set([found.logprobs[t]!, found.advantage, weight, sampler?.[t] ?? 0], t * 4);
      rows.spans.set([0, T], t * 2);
    }
    const { dscores, stats } = await lossOfScores(device, rows, loss, { ...entropy, tokens: T, onPolicy: 0 });
    const gradients = current.map((distribution, t) => {
      const gradient = { dlogprob: dscores[t * 2]!, dentropy: dscores[t * 2 + 1]! };
      return norm(logitGradient(distribution, ids[t]!, gradient, temperature));
    });
    const sum = gradients.reduce((total, gradient) => total + gradient, 0);
    const tokens = current.map((distribution, t): InspectedToken => {
      const [tokenLoss, ratio, kl, mark] = stats.subarray(t * 4, t * 4 + 4) as unknown as number[];
      const id = ids[t]!;
      return {
        id,
        text: tokenizer.token(id),
        logprobs: {
          sampler: sampler?.[t] ?? null,
          old: found.logprobs[t]!,
          current: distribution.logprobs[id]!,
          reference: reference[t]!.logprobs[id]!,
        },
        ratio: ratio!,
        clip: clipOf(loss.loss, mark!, ratio!),
        gate: loss.loss.marksGate ? mark! : null,
        kl: kl!,
        entropy: distribution.entropy,
        top: likeliest(distribution).map((other) => ({ ...other, text: tokenizer.token(other.id) })),
        loss: tokenLoss!,
        gradient: gradients[t]!,
        gradient_share: sum > 0 ? gradients[t]! / sum : 0,
        step: stepNumbers(found, t, loss.loss),
      };
    });
    const { advantage, text } = found;
    const { step } = event;
    return { step, group: input.group, rollout: input.rollout, prompt, text, advantage, weight, temperature, tokens };
  } finally {
    model.destroy();
  }
}
