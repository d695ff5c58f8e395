/** Inspection of rollouts against `probe grpo-step`, against the journal, and against finite differences. */
import { describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { initialTensors, type Tensors } from '../../model/parameters';
import { lossTypes } from '../../train/losses/index';
import { kernelOptions } from '../../train/losses/kernels';
import { recipeByName } from '../recipe/presets/index';
import { type Recipe, withFields } from '../recipe/recipe';
import type { GrpoEvent } from '../run/events';
import { lossOptions } from '../run/options';
import { run } from '../run/run';
import { Session } from '../run/session';
import { probeGrpoStep } from './grpoStep';
import { probeGrpoStepSchema } from './grpoStepSchema';
import { inspectRollout } from './inspect';
import { distributionOf, likeliest, logitGradient } from './logits';

const RECIPE = withFields(recipeByName('parity-8-nano'), {
  ...{ 'model.layers': 1, 'model.width': 16, 'model.heads': 2, 'model.kvHeads': 1, 'model.ffn': 16, 'task.level': 5 },
  ...{ 'sft.steps': 0, 'grpo.steps': 1, 'grpo.warmup': 0, 'grpo.prompts': 2, 'grpo.groupSize': 4, 'reward.lMax': 20 },
  ...{ 'grpo.updates': 2, 'grpo.learningRate': 0.01, 'grpo.lossType': 'dapo', 'grpo.beta': 0.1, 'grpo.gamma': 0.05 },
  ...{ 'grpo.scaleRewards': 'none', 'grpo.epsilonLow': 0.02, 'grpo.epsilonHigh': 0.03, 'evaluation.problems': 1 },
  ...{ 'grpo.temperature': 0.8 },
});

/** The only GRPO step of a run, its weights before and after. */
async function stepOf(recipe: Recipe) {
  const session = new Session(openCpuDevice(), recipe, 'full');
  const before = initialTensors(session.model.table, recipe.model.initializerRange, recipe.seed);
  let step: GrpoEvent | null = null;
  for await (const event of run(session)) if (event.type === 'grpo') step = event;
  const after = await session.weights.read();
  session.destroy();
  const prompts = step!.groups.flatMap(({ prompt, rollouts }) =>
    rollouts.map(() => session.tokenizer.chatPrompt(prompt)),
  );
  return { event: step!, config: session.config, before, after, prompts };
}
const step = await stepOf(RECIPE);
const rollouts = step.event.groups.flatMap((group) => group.rollouts);
const device = openCpuDevice();
const all = (model: Tensors, recipe = RECIPE) =>
  Promise.all(
    step.event.groups.flatMap((group, g) =>
      group.rollouts.map((_, r) =>
        inspectRollout(device, { model, reference: step.before }, { recipe, event: step.event, group: g, rollout: r }),
      ),
    ),
  );
const near = (got: readonly number[], expected: readonly number[], digits = 5) => {
  expect(got.length).toBe(expected.length);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i]!, digits);
};

describe('inspection', () => {
  it('gives the numbers of probe grpo-step under the same weights', async () => {
    const inspected = await all(step.after);
    const input = probeGrpoStepSchema.parse({
      prompts: step.prompts,
      completions: rollouts.map(({ ids }) => Array.from(ids)),
      group_size: 4,
      advantages: rollouts.map(({ advantage }) => advantage),
      old: rollouts.map(({ logprobs }) => Array.from(logprobs)),
      temperature: 0.8,
      options: {
        ...{ loss_type: 'dapo', beta: 0.1, gamma: 0.05, max_completion_length: RECIPE.reward.lMax },
        ...{ epsilon_low: 0.02, epsilon_high: 0.03 },
      },
      optimizer: { lr: 0, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, decay: 'matrices', max_grad_norm: 1 },
    });
    const [update] = (await probeGrpoStep(device, step.config, step.after, step.before, input)).updates;
    let [loss, clips] = [0, 0];
    for (const [b, { tokens }] of inspected.entries()) {
      near(
        tokens.map(({ logprobs }) => logprobs.current),
        update!.logprobs[b]!,
      );
      near(
        tokens.map(({ entropy }) => entropy),
        update!.entropies[b]!,
      );
      near(
        tokens.map(({ ratio }) => ratio),
        update!.ratios[b]!,
      );
      near(
        tokens.map(({ kl }) => kl),
        update!.kls[b]!,
      );
      expect(tokens.map(({ clip }) => (clip === null ? 0 : 1))).toEqual(update!.clipped[b]);
      clips += tokens.filter(({ clip, ratio }) => clip === (ratio < 1 ? 'low' : 'high')).length;
      loss += tokens.reduce((sum, token) => sum + token.loss, 0);
    }
    expect(loss).toBeCloseTo(update!.loss, 6);
    expect(clips).toBeGreaterThan(0);
  });

  it('has the numbers of the journal, and the same from the weights of its step', async () => {
    for (const [b, { tokens, advantage }] of (await all(step.before)).entries()) {
      const { ids, logprobs, sampler_logprobs, ratios, kls, clipped } = rollouts[b]!;
      expect(advantage).toBe(rollouts[b]!.advantage);
      const T = ids.length;
      for (const [t, token] of tokens.entries()) {
        expect(token.id).toBe(ids[t]);
        expect(token.logprobs.old).toBe(logprobs[t]);
        expect(token.logprobs.sampler).toBe(sampler_logprobs![t]);
        expect(token.step.ratios).toEqual([ratios![t], ratios![T + t]]);
        expect(token.step.kls).toEqual([kls![t], kls![T + t]]);
        expect(token.step.clips!.map((clip) => (clip ? 1 : 0))).toEqual([clipped![t], clipped![T + t]]);
        expect(token.logprobs.current).toBeCloseTo(logprobs[t]!, 5);
        expect(token.logprobs.reference).toBe(token.logprobs.current);
        expect(token.ratio).toBeCloseTo(1, 5);
        expect(token.entropy).toBeCloseTo(token.step.entropy, 5);
      }
    }
  });

  it('has shares that add up to 1, and the most likely tokens', async () => {
    for (const { tokens } of await all(step.after)) {
      expect(tokens.reduce((sum, token) => sum + token.gradient_share, 0)).toBeCloseTo(1, 9);
      for (const { top, id, logprobs } of tokens) {
        expect(top.map(({ logprob }) => logprob)).toEqual(top.map(({ logprob }) => logprob).sort((x, y) => y - x));
        const listed = top.find((one) => one.id === id);
        if (listed) expect(listed.logprob).toBe(logprobs.current);
        else expect(logprobs.current).toBeLessThanOrEqual(top.at(-1)!.logprob);
      }
    }
  });

  it('gives a masked completion no gradient', async () => {
    const cut = rollouts.findIndex(({ ended }) => !ended);
    expect(cut).toBeGreaterThanOrEqual(0);
    const { weight, tokens } = (await all(step.after, withFields(RECIPE, { 'grpo.maskTruncated': true })))[cut]!;
    expect(weight).toBe(0);
    expect(tokens.every(({ gradient, gradient_share }) => gradient === 0 && gradient_share === 0)).toBe(true);
  });

  it('names a group or rollout that the step does not have', async () => {
    const at = (group: number, rollout: number) =>
      inspectRollout(
        device,
        { model: step.before, reference: step.before },
        { recipe: RECIPE, event: step.event, group, rollout },
      );
    await expect(at(2, 0)).rejects.toThrow('group: step 1 has no group 2; use 0 to 1');
    await expect(at(0, 9)).rejects.toThrow('rollout: group 0 has no rollout 9; use 0 to 3');
  });
});

describe('the gradient of the logits', () => {
  const [T, V, TEMPERATURE, H] = [4, 6, 0.8, 1e-5];
  const TARGETS = [1, 4, 0, 5];
  const wave = (i: number) => Math.sin(1.7 * i + 0.3);
  const LOGITS = Array.from({ length: T }, (_, t) => Array.from({ length: V }, (_, v) => 2 * wave(t * V + v)));

  /** Loss and gradient of the kernel's plain loops in double precision. */
  async function lossOf(recipe: Recipe, logits: readonly (readonly number[])[]) {
    const { kernel, params, constants } = await kernelOptions(lossOptions(recipe));
    const scores = new Float64Array(T * 4);
    const rows = {
      scores,
      reference: new Float64Array(T * 4),
      tokens: new Float64Array(T * 4),
      spans: Uint32Array.from({ length: T * 2 }, (_, i) => (i % 2) * T),
      grads: new Float64Array(T * 2),
      stats: new Float64Array(T * 4),
    };
    for (const [t, row] of logits.entries()) {
      const { logprobs, entropy } = distributionOf(row, TEMPERATURE);
      scores.set([logprobs[TARGETS[t]!]!, entropy], t * 4);
      const before = distributionOf(LOGITS[t]!, TEMPERATURE).logprobs[TARGETS[t]!]!;
      rows.reference[t * 4] = before + 0.1 * wave(t);
      rows.tokens.set([before + 0.05 * wave(t + 9), 0.7, 0.25, before], t * 4);
    }
    const dynamics = { rows: T, entropyWeight: 0.02, onPolicy: 0, entropyThreshold: 0 };
    kernel.reference(rows, { ...params, ...dynamics }, constants);
    const loss = Array.from({ length: T }, (_, t) => rows.stats[t * 4]!).reduce((sum, one) => sum + one, 0);
    return { loss, grads: rows.grads };
  }

  // a gate is held constant, so that the loss itself has another slope
  it.each(lossTypes.filter((name) => name !== 'vespo' && name !== 'cispo'))(
    'of %s is that of finite differences',
    async (name) => {
      const recipe = withFields(RECIPE, { 'grpo.lossType': name, 'grpo.epsilonLow': 0.2, 'grpo.epsilonHigh': 0.2 });
      const { grads } = await lossOf(recipe, LOGITS);
      for (const [t, row] of LOGITS.entries()) {
        const gradient = { dlogprob: grads[t * 2]!, dentropy: grads[t * 2 + 1]! };
        const got = logitGradient(distributionOf(row, TEMPERATURE), TARGETS[t]!, gradient, TEMPERATURE);
        for (let v = 0; v < V; v++) {
          const moved = async (by: number) => {
            const logits = LOGITS.map((one, i) => one.map((z, w) => (i === t && w === v ? z + by : z)));
            return (await lossOf(recipe, logits)).loss;
          };
          const slope = ((await moved(H)) - (await moved(-H))) / (2 * H);
          expect(got[v]).toBeCloseTo(slope, 7);
        }
      }
    },
  );

  it('lists ties by their id', () => {
    expect(likeliest(distributionOf([1, 3, 3, 0], 1), 3).map(({ id }) => id)).toEqual([1, 2, 0]);
  });
});
