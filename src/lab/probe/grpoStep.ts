/**
 * `probe grpo-step`: a whole GRPO step from token ids and rewards: advantages, loss, gradients, optimizer. Trainer, losses and
 * advantages are those of training.
 */
import type { Device } from '../../gpu/device';
import type { ModelConfig } from '../../model/config';
import { loadWeights, openModel, withGradients, withReference } from '../../model/model';
import { type Arena, checkTensors, parameterTable, type Tensors } from '../../model/parameters';
import { advantagesOf } from '../../train/advantages';
import { correctionOf } from '../../train/losses/options';
import type { Metrics } from '../../train/metrics';
import { assertFiniteAt } from '../../train/nonFiniteError';
import { PolicyTrainer } from '../../train/policy';
import { policyBatch, policyUpdates } from '../../train/policyUpdates';
import { assertFits } from '../run/fits';
import type { ProbeGrpoStepInput } from './grpoStepSchema';
import * as asked from './lossOptionsSchema';
import { openProbeOptimizer } from './optimizer';
import { checkNumbers, finite, plainTensors, type TensorNumbers } from './tensors';

/** One update. Numbers of tokens are [completions][tokens], under the weights before the update. */
interface ProbeUpdate {
  loss: number;
  /** Norm of the whole gradient before clipping. */
  grad_norm: number;
  logprobs: number[][];
  entropies: number[][];
  ratios: number[][];
  kls: number[][];
  /** 1 where a clip bound decides; the gate of a loss that has one. */
  clipped: number[][];
  metrics: Metrics;
  grads?: Record<string, TensorNumbers>;
}

export interface ProbeGrpoStepResult {
  advantages: number[];
  updates: ProbeUpdate[];
  params?: Record<string, TensorNumbers>;
}

/**
 * Checks names and size of the wanted tensors.
 * @throws naming a tensor that the model does not have
 * @throws SizeError where they are too many numbers for one JSON file
 */
export function checkWanted({ tensors, want, updates }: ProbeGrpoStepInput, config: ModelConfig): void {
  const { specs } = parameterTable(config);
  const sizes = new Map(specs.map(({ name, size }) => [name, size]));
  const names = tensors ?? [...sizes.keys()];
  const unknown = names.find((name) => !sizes.has(name));
  if (unknown !== undefined)
    throw new Error(`tensors: the model has no ${unknown}; use names such as ${specs[0]!.name}`);
  const count = names.reduce((sum, name) => sum + sizes.get(name)!, 0);
  const parts = want.flatMap((part) => (part === 'grads' ? Array.from({ length: updates }, () => part) : [part]));
  checkNumbers(parts, count, 'fewer of them with tensors');
}

/** @throws naming the tensors that do not fit the model */
export const checkReference = (config: ModelConfig, reference: Tensors, where: string): void =>
  checkTensors(parameterTable(config), reference, where);

async function open(device: Device, config: ModelConfig, input: ProbeGrpoStepInput) {
  const model = withReference(withGradients(openModel(device, config)));
  const optimizer = await openProbeOptimizer(device, model, input.optimizer);
  const lengths = input.completions.map((ids, b) => input.prompts[b]!.length + ids.length);
  const capacity = { tokens: lengths.reduce((sum, length) => sum + length, 0), longest: Math.max(...lengths) };
  const trainer = await PolicyTrainer.create(
    model,
    optimizer,
    capacity,
    asked.probeLossOptions(input),
    input.temperature,
  );
  const destroy = () => {
    for (const thing of [trainer, optimizer, model]) thing.destroy();
  };
  return { model, trainer, destroy };
}

const rowsOf = (rows: readonly Float32Array[]): number[][] => rows.map((row) => [...row]);

/**
 * @param reference weights that KL is measured against
 * @throws SizeError before anything is computed, where the model or the batch is too large for the device
 * @throws NonFiniteError where a score, a loss, a gradient or a weight is not finite
 */
export async function probeGrpoStep(
  device: Device,
  config: ModelConfig,
  tensors: Tensors,
  reference: Tensors,
  input: ProbeGrpoStepInput,
): Promise<ProbeGrpoStepResult> {
  checkWanted(input, config);
  await assertFits(device, (counting) => open(counting, config, input));
  const loss = asked.probeLossOptions(input);
  const advantages = input.advantages ?? advantagesOf(asked.rewardTermsOf(input), asked.advantageOptionsOf(input));
  const given = (rows: number[][] | undefined, b: number) => (rows ? Float32Array.from(rows[b]!) : null);
  const batch = policyBatch(
    input.completions.map((ids, b) => ({
      prompt: input.prompts[b]!,
      ids,
      advantage: advantages[b]!,
      counted: input.options.mask_truncated?.[b] !== 1,
      old: given(input.old, b),
      sampler: correctionOf(loss) ? given(input.sampler, b) : null,
    })),
    loss,
  );
  const read = async (arena: Arena, what: string) => {
    const all = [...finite(await arena.read(), what)];
    return plainTensors(new Map(all.filter(([name]) => input.tensors?.includes(name) ?? true)));
  };
  const { model, trainer, destroy } = await open(device, config, input);
  try {
    loadWeights(model, tensors);
    model.reference.load(reference);
    const updates: ProbeUpdate[] = [];
    const options = { loss, updates: input.updates, entropyTarget: asked.entropyTargetOf(input) };
    const start = asked.entropyControlOf(input, loss.gamma);
    for await (const { result, metrics } of policyUpdates(trainer, batch, input.optimizer.lr, start, options)) {
      const { stats, loss: value, gradNorm } = result;
      const where = `update ${updates.length + 1}: the `;
      assertFiniteAt([value, gradNorm], (i) => `${where}${['loss', 'norm of the gradient'][i]}`);
      updates.push({
        loss: value,
        grad_norm: gradNorm,
        logprobs: rowsOf(stats.map(({ logprobs }) => logprobs)),
        entropies: rowsOf(stats.map(({ entropies }) => entropies)),
        ratios: rowsOf(stats.map(({ ratios }) => ratios)),
        kls: rowsOf(stats.map(({ kls }) => kls)),
        clipped: rowsOf(stats.map(({ marks }) => marks)),
        metrics,
        ...(input.want.includes('grads') && { grads: await read(model.gradients, `${where}gradient of `) }),
      });
    }
    return {
      advantages,
      updates,
      ...(input.want.includes('params') && { params: await read(model.weights, `after update ${input.updates}: `) }),
    };
  } finally {
    destroy();
  }
}
