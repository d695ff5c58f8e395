/**
 * `probe step`: logits, losses, gradients and parameters of supervised steps on given tokens. They compare the model and the
 * optimizer with another implementation.
 */
import { z } from 'zod';
import type { Device } from '../../gpu/device';
import type { ModelConfig } from '../../model/config';
import { loadWeights, openModel, withGradients } from '../../model/model';
import { type ParameterTable, parameterTable, type Tensors } from '../../model/parameters';
import { assertFiniteAt } from '../../train/nonFiniteError';
import { sequenceLogits } from '../../train/scoring';
import { SupervisedTrainer } from '../../train/supervised';
import { assertFits } from '../run/fits';
import { openProbeOptimizer, probeOptimizerSchema } from './optimizer';
import { checkNumbers, finite, plainTensors, type TensorNumbers } from './tensors';

const bit = z.union([z.literal(0), z.literal(1)]);

export const probeStepSchema = z.strictObject({
  segments: z
    .array(
      z
        .strictObject({ ids: z.array(z.int().min(0)).min(1), mask: z.array(bit) })
        .refine(({ ids, mask }) => ids.length === mask.length, 'ids and mask differ in length')
        .refine(
          ({ mask }) => mask[0] === 0,
          'mask[0] is 1; use 0: the first token has no token before it that predicts it',
        ),
    )
    .min(1)
    .refine((segments) => segments.some(({ mask }) => mask.includes(1)), 'no token is a target'),
  optimizer: probeOptimizerSchema,
  steps: z.int().min(1).max(1000),
  want: z.array(z.enum(['logits', 'loss', 'grads', 'params'])),
});

export interface ProbeStepResult {
  loss?: number[];
  logits?: number[][][];
  grads?: Record<string, TensorNumbers>;
  params?: Record<string, TensorNumbers>;
}

type ProbeStepInput = z.infer<typeof probeStepSchema>;

const checkOutput = ({ want }: ProbeStepInput, { count }: ParameterTable): void =>
  checkNumbers(
    want.filter((part) => part === 'grads' || part === 'params'),
    count,
    'loss or logits',
  );

/** Opens trainer, optimizer and arenas of the steps. */
async function open(device: Device, config: ModelConfig, { segments, optimizer: given }: ProbeStepInput) {
  const model = withGradients(openModel(device, config));
  const optimizer = await openProbeOptimizer(device, model, given);
  const longest = Math.max(...segments.map(({ ids }) => ids.length));
  const tokens = segments.reduce((sum, { ids }) => sum + ids.length, 0);
  const trainer = await SupervisedTrainer.create(model, optimizer, { tokens, longest });
  const destroy = () => {
    for (const thing of [trainer, optimizer, model]) thing.destroy();
  };
  return { model, trainer, destroy };
}

/**
 * @throws SizeError before anything is computed, where the model or the segments are too large for the device
 * @throws NonFiniteError where a logit, a loss or a gradient is not finite
 */
export async function probeStep(
  device: Device,
  config: ModelConfig,
  tensors: Tensors,
  input: ProbeStepInput,
): Promise<ProbeStepResult> {
  const { segments, steps, want } = input;
  const sequences = segments.map(({ ids }) => ids);
  checkOutput(input, parameterTable(config));
  await assertFits(device, async (counting) => {
    const opened = await open(counting, config, input);
    if (want.includes('logits')) await sequenceLogits(opened.model, sequences);
    return opened;
  });
  const { model, trainer, destroy } = await open(device, config, input);
  loadWeights(model, tensors);
  const result: ProbeStepResult = {};
  if (want.includes('logits')) {
    const logits = await sequenceLogits(model, sequences);
    logits.forEach((rows, s) =>
      rows.forEach((row, t) => {
        assertFiniteAt(row, (v) => `segment ${s + 1}, token ${t + 1}: the logit of token id ${v}`);
      }),
    );
    result.logits = logits.map((rows) => rows.map((row) => [...row]));
  }
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { loss, gradNorm } = await trainer.step(segments, input.optimizer.lr);
    assertFiniteAt([loss, gradNorm], (i) => `step ${step + 1}: the ${['loss', 'norm of the gradient'][i]}`);
    losses.push(loss);
    if (step === 0 && want.includes('grads'))
      result.grads = plainTensors(finite(await model.gradients.read(), 'the gradient of '));
  }
  if (want.includes('loss')) result.loss = losses;
  if (want.includes('params'))
    result.params = plainTensors(finite(await model.weights.read(), `after step ${steps}: `));
  destroy();
  return result;
}
