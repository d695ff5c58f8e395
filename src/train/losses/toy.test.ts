/** A policy loss that this file alone declares: its gradient, a step of GRPO, and `probe policy-loss`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshProblems } from '../../data/problems';
import { bothDevices } from '../../gpu/bothDevices.fixture';
import { openCpuDevice } from '../../gpu/cpu';
import type { Device } from '../../gpu/device';
import { trialsOf, tryKernel } from '../../kernels/conformance';
import { probePolicyLoss } from '../../lab/probe/policyLoss';
import { probePolicyLossSchema } from '../../lab/probe/policyLossSchema';
import { recipeByName } from '../../lab/recipe/presets/index';
import { withFields } from '../../lab/recipe/recipe';
import { grpoOptions, openRewards } from '../../lab/run/options';
import { Session } from '../../lab/run/session';
import { initialTensors } from '../../model/parameters';
import { random } from '../../random';
import { grpo } from '../grpo';
import { PolicyTrainer } from '../policy';
import { openAdamW, openModel, policyExamples } from '../train.fixture';
import { meanOfTokens } from './aggregation';
import { lossTypes } from './index';
import { kernelOf } from './kernels';
import { number } from './options';
import { definePolicyLoss, lossOptionsOf } from './policyLoss';

const options = {
  toyPull: number({ trl: 'toy_pull', title: 'Pull', description: 'Pull to 1.', ...{ min: 0, max: 9, default: 0.5 } }),
};

/** c·A − pull·(c − 1)²: the ratio is pulled back to 1 in place of clipping. */
const toy = definePolicyLoss({
  name: 'toy',
  description: 'Pulls the ratio back to 1.',
  source: 'this file',
  trl: { loss_type: 'toy' },
  options,
  objective: {
    name: 'policy_loss_toy',
    wgsl: `fn objectiveOf(n: u32, ratio: f32, advantage: f32) -> Objective {
      let away = ratio - 1.0;
      return Objective(ratio * advantage - params.toyPull * away * away, advantage - 2.0 * params.toyPull * away, ratio, 0.0);
    }`,
    plain: ({ ratio, advantage }, { toyPull }) => ({
      value: ratio * advantage - toyPull! * (ratio - 1) ** 2,
      slope: advantage - 2 * toyPull! * (ratio - 1),
      ...{ most: ratio, mark: 0 },
    }),
    gated: false,
    corrected: true,
    params: Object.keys(options),
    cases: [{ label: 'toy', params: { toyPull: 0.5 } }],
  },
  aggregation: meanOfTokens,
  metrics: (sequences) => ({ 'toy/sequences': sequences.length }),
});

const toyKernel = await kernelOf(toy.objective);

it('is in no list', () => expect(lossTypes).not.toContain(toy.name));

describe.each(bothDevices)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  // gaps of 88 nats squared leave f32: this loss has no bound
  it.each(trialsOf([toyKernel]).filter(({ name }) => !name.includes('gaps')))('its kernel: $name', async (trial) => {
    expect(await tryKernel(device, trial)).toBeNull();
  });

  it('has the gradient of finite differences in every weight', async () => {
    const model = await openModel(device, { options: lossOptionsOf(toy, { toyPull: 0.7, beta: 0.05 }, 8) });
    const old = Float32Array.from([-2.5, -3.2, -2.9, -3]);
    const loss = async () => (await model.policy.step(policyExamples(old), 0, 0.01)).loss;
    await loss();
    const [start, gradients] = [await model.weights.read(), await model.gradients.read()];
    const draw = random(3, 'directions');
    for (let trial = 0; trial < 3; trial++) {
      const direction = new Map(
        [...start].map(([name, { data }]) => [name, Float32Array.from(data, () => draw.next() - 0.5)] as const),
      );
      const at = async (step: number) => {
        const moved = [...start].map(([name, { shape, data }]) => {
          const along = direction.get(name)!;
          return [name, { shape, data: data.map((w, i) => w + step * along[i]!) }] as const;
        });
        model.weights.load(new Map(moved));
        return loss();
      };
      const slope = ((await at(2e-3)) - (await at(-2e-3))) / 4e-3;
      let expected = 0;
      for (const [name, { data }] of gradients)
        data.forEach((g, i) => {
          expected += g * direction.get(name)![i]!;
        });
      expect(Math.abs(slope - expected)).toBeLessThan(2e-3 * (1 + Math.abs(expected)));
    }
  });

  it('is computed by probe policy-loss', async () => {
    const row = [[-1, -2]];
    const input = probePolicyLossSchema.parse({
      ...{ logprobs: row, old: [[-1.5, -2]], ref: row, entropy: [[1, 1]], mask: [[1, 1]], rewards: [1], group_size: 1 },
      options: { loss_type: 'grpo', scale_rewards: 'none', max_completion_length: 2 },
    });
    const { loss, metrics } = await probePolicyLoss(device, input, toy);
    // the advantage of a group of one is 0
    expect(loss).toBeCloseTo((0.5 * (Math.exp(0.5) - 1) ** 2) / 2, 5);
    expect(metrics['toy/sequences']).toBe(1);
  });
});

it('makes a step of GRPO', async () => {
  const device = openCpuDevice();
  const recipe = withFields(recipeByName('parity-8-nano'), {
    ...{ 'model.layers': 1, 'model.width': 16, 'model.heads': 4, 'model.kvHeads': 2, 'model.ffn': 16, 'task.level': 5 },
    ...{ 'grpo.prompts': 2, 'grpo.groupSize': 4, 'grpo.steps': 1, 'grpo.updates': 2, kernels: 'fixed' },
  });
  const session = new Session(device, recipe);
  const { model, tokenizer, lengths } = session;
  const { weights, reference } = model;
  for (const arena of [weights, reference]) arena.load(initialTensors(model.table, 0.3, 0));
  const loss = lossOptionsOf(toy, { beta: 0.01 }, recipe.reward.lMax);
  const optimizer = await openAdamW(device, model);
  const capacity = { tokens: 8 * lengths.longest, longest: lengths.longest };
  const trainer = await PolicyTrainer.create(model, optimizer, capacity, loss, 1);
  const source = freshProblems(session.evaluated[0]!.task, 5, random(0, 'grpo'));
  const steps = grpo({ trainer, referenceSync: null }, await session.openSampler(), source, tokenizer, {
    ...grpoOptions(recipe, await openRewards(recipe)),
    schedule: { peak: 1e-3, warmup: 0, steps: 1, decay: 'constant', floor: 1 },
    loss,
  });
  const before = await weights.read();
  for await (const { metrics } of steps) {
    expect(metrics['toy/sequences']).toBe(8);
    expect(Number.isFinite(metrics.loss)).toBe(true);
    expect(metrics.grad_norm).toBeGreaterThan(0);
  }
  expect(await weights.read()).not.toEqual(before);
  for (const owned of [trainer, optimizer, session, device]) owned.destroy();
});
