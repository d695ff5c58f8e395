/** Events with full detail: another program recomputes the step from them. */
import { expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { initialTensors } from '../../model/parameters';
import { mean } from '../../stats';
import { probeGrpoStep } from '../probe/grpoStep';
import { probeGrpoStepSchema } from '../probe/grpoStepSchema';
import { recipeByName } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import { eventFromLine, eventToLine, type GrpoEvent } from './events';
import { run } from './run';
import { Session } from './session';

const RECIPE = withFields(recipeByName('parity-8-nano'), {
  ...{ 'model.layers': 1, 'model.width': 16, 'model.heads': 2, 'model.kvHeads': 1, 'model.ffn': 16, 'task.level': 5 },
  ...{ 'sft.steps': 0, 'grpo.steps': 1, 'grpo.warmup': 0, 'grpo.prompts': 2, 'grpo.groupSize': 4, 'reward.lMax': 20 },
  ...{ 'grpo.updates': 3, 'grpo.learningRate': 0.01, 'grpo.lossType': 'dapo', 'grpo.beta': 0.1, 'grpo.gamma': 0.05 },
  ...{ 'grpo.scaleRewards': 'none', 'grpo.epsilonLow': 0.02, 'grpo.epsilonHigh': 0.03, 'evaluation.problems': 1 },
});

/** The only GRPO step of a run, its weights before and after. */
async function stepOf(detail?: 'full') {
  const session = new Session(openCpuDevice(), RECIPE, detail);
  const before = initialTensors(session.model.table, RECIPE.model.initializerRange, RECIPE.seed);
  let step: GrpoEvent | null = null;
  for await (const event of run(session)) if (event.type === 'grpo') step = event;
  const after = await session.weights.read();
  session.destroy();
  const prompts = step!.groups.map(({ prompt }) => session.tokenizer.chatPrompt(prompt));
  return { event: step!, config: session.config, before, after, prompts };
}
const full = await stepOf('full');
const rollouts = full.event.groups.flatMap((group) => group.rollouts);
const tokens = rollouts.reduce((sum, { ids }) => sum + ids.length, 0);

it('the arrays give the loss of every update', () => {
  const { beta, updates, epsilonLow, epsilonHigh } = RECIPE.grpo;
  const losses = Array.from({ length: updates }, (_, u) => {
    const parts = rollouts.flatMap(({ ids, advantage, ratios, kls }) =>
      Array.from(ids, (_, t) => {
        const [ratio, kl] = [ratios![u * ids.length + t]!, kls![u * ids.length + t]!];
        const clipped = Math.min(Math.max(ratio, 1 - epsilonLow), 1 + epsilonHigh);
        return (-Math.min(ratio * advantage, clipped * advantage) + beta * kl) / tokens;
      }),
    );
    return parts.reduce((sum, part) => sum + part, 0);
  });
  expect(losses.every((loss) => loss !== 0)).toBe(true);
  // f32 sums of about 100 token losses
  expect(mean(losses)).toBeCloseTo(full.event.metrics.policy_loss!, 6);
});

it('the arrays give the metrics of clipping and of the sampler', () => {
  const clipped = rollouts.flatMap((rollout) => Array.from(rollout.clipped!));
  expect(mean(clipped)).toBeGreaterThan(0);
  expect(mean(clipped)).toBeCloseTo(full.event.metrics['clip_ratio/region_mean']!, 6);
  const differences = rollouts.flatMap(({ logprobs, sampler_logprobs }) =>
    Array.from(logprobs, (logprob, t) => Math.abs(logprob - sampler_logprobs![t]!)),
  );
  expect(mean(differences)).toBeCloseTo(full.event.metrics['sampling/sampling_logp_difference/mean']!, 9);
});

it('probe grpo-step recomputes the step from the event: ratios, KLs and weights', async () => {
  const { config, before, after, prompts } = full;
  const { grpo, reward } = RECIPE;
  const input = probeGrpoStepSchema.parse({
    prompts: full.event.groups.flatMap((group, p) => group.rollouts.map(() => prompts[p])),
    completions: rollouts.map(({ ids }) => Array.from(ids)),
    group_size: grpo.groupSize,
    advantages: rollouts.map(({ advantage }) => advantage),
    sampler: rollouts.map(({ sampler_logprobs }) => Array.from(sampler_logprobs!)),
    temperature: grpo.temperature,
    options: {
      ...{ loss_type: grpo.lossType, beta: grpo.beta, gamma: grpo.gamma, max_completion_length: reward.lMax },
      ...{ epsilon_low: grpo.epsilonLow, epsilon_high: grpo.epsilonHigh },
    },
    optimizer: {
      ...{ lr: grpo.learningRate, betas: [grpo.adamw.beta1, grpo.adamw.beta2], eps: grpo.adamw.eps },
      ...{ weight_decay: grpo.weightDecay, decay: 'matrices', max_grad_norm: grpo.maxGradNorm },
    },
    updates: grpo.updates,
    want: ['params'],
  });
  const device = openCpuDevice();
  const { updates, params } = await probeGrpoStep(device, config, before, before, input);
  device.destroy();
  const recorded = (pick: 'ratios' | 'kls' | 'clipped') => rollouts.map((rollout) => Array.from(rollout[pick]!));
  for (const name of ['ratios', 'kls', 'clipped'] as const)
    expect(rollouts.map((_, b) => updates.flatMap((update) => update[name][b]!))).toEqual(recorded(name));
  expect(updates[0]!.logprobs).toEqual(rollouts.map(({ logprobs }) => Array.from(logprobs)));
  for (const [name, { data }] of after) expect(params![name]!.data, name).toEqual([...data]);
});

it('a line of full detail is read again, and refused where a field does not fit', () => {
  const line = eventToLine(full.event);
  expect((eventFromLine(line, 'line 1') as GrpoEvent).groups[0]!.rollouts[0]!.kls!.length).toBe(
    RECIPE.grpo.updates * full.event.groups[0]!.rollouts[0]!.ids.length,
  );
  const changed = (change: object) => {
    const event = JSON.parse(line) as { groups: { rollouts: object[] }[] };
    Object.assign(event.groups[0]!.rollouts[0]!, change);
    return () => eventFromLine(JSON.stringify(event), 'line 1');
  };
  expect(changed({ kls: [1] })).toThrow('kls: 1 numbers for');
  expect(changed({ sampler_logprobs: undefined })).toThrow('sampler_logprobs: is missing');
});

it('without it, rollouts hold what a screen shows, and the run is the same', async () => {
  const page = await stepOf();
  for (const rollout of page.event.groups.flatMap((group) => group.rollouts))
    for (const name of ['sampler_logprobs', 'ratios', 'kls', 'clipped']) expect(rollout).not.toHaveProperty(name);
  expect(page.event.metrics).toEqual(full.event.metrics);
  expect(page.after).toEqual(full.after);
});
