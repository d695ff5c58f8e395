/** Every number shown for a group recomputes from the events of real runs, by formulas written out here. */
import { describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { aggregations, scales } from '../../train/advantages';
import { aggregationsByDivisor, type LengthDivisor } from '../../train/losses/aggregation';
import { lossTypes } from '../../train/losses/index';
import { recipeByName } from '../recipe/presets/index';
import { type Recipe, withFields } from '../recipe/recipe';
import type { ApplyEvent, GrpoEvent } from './events';
import { runAll } from './tinyRun.fixture';
import { recipeAt, trainedOptions, workedOut } from './workedOut';

const BASE = withFields(recipeByName('parity-8-nano'), {
  ...{ 'model.layers': 1, 'model.width': 16, 'model.heads': 2, 'model.kvHeads': 1, 'model.ffn': 16, 'task.level': 5 },
  ...{ 'sft.steps': 0, 'grpo.steps': 1, 'grpo.prompts': 3, 'grpo.groupSize': 4, 'reward.lMax': 20 },
  ...{ 'grpo.beta': 0, 'reward.tagCount': -0.3, 'evaluation.problems': 1, 'evaluation.base': false },
});

/** Tokens that divide a token's loss, by the loss's paper. */
const divisors: Record<string, LengthDivisor> = {
  ...{ grpo: 'sequence', gspo: 'sequence', sapo: 'sequence', dr_grpo: 'constant', luspo: 'none' },
  ...{ bnpo: 'batch', dapo: 'batch', cispo: 'batch', vespo: 'batch' },
};
/** Losses that equal −advantage at ratio 1. */
const PLAIN_LOSSES = ['grpo', 'gspo', 'dr_grpo', 'luspo', 'bnpo', 'dapo'];

async function grpoStep(recipe: Recipe): Promise<GrpoEvent> {
  const events = await runAll(openCpuDevice(), recipe);
  return events.find((event): event is GrpoEvent => event.type === 'grpo')!;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]) => sum(values) / values.length;
const std = (values: readonly number[]) =>
  Math.sqrt(sum(values.map((value) => (value - average(values)) ** 2)) / (values.length - 1));

/** Mean, std that divides, and advantage of every completion, [groups·G]. */
function expected({ groups }: GrpoEvent, { scaleRewards, aggregation }: Recipe['grpo']) {
  const all = groups.flatMap(({ rollouts }) => rollouts);
  if (aggregation === 'sum_then_normalize') {
    const batch = std(all.map(({ reward }) => reward));
    return groups.flatMap(({ rollouts }) => {
      const rewards = rollouts.map(({ reward }) => reward);
      const deviation = { group: std(rewards), batch, none: null }[scaleRewards];
      return rewards.map((reward) => {
        const difference = reward - average(rewards);
        return {
          mean: average(rewards),
          deviation,
          advantage: deviation === null ? difference : difference / (deviation + 1e-4),
        };
      });
    });
  }
  const sums = groups.flatMap(({ rollouts }) =>
    rollouts.map(({ parts }) =>
      sum(
        parts.map(({ weight, value }, k) => {
          const values = rollouts.map((other) => other.parts[k]!.value);
          return (weight * (value - average(values))) / (std(values) + 1e-4);
        }),
      ),
    ),
  );
  return sums.map((value) => {
    const [mean, deviation] = [average(sums), std(sums)];
    return { mean, deviation, advantage: (value - mean) / (deviation + 1e-4) };
  });
}

const expectedWeight = (divisor: LengthDivisor, lengths: readonly number[], b: number): number =>
  ({
    sequence: 1 / (lengths.length * lengths[b]!),
    batch: 1 / sum(lengths),
    constant: 1 / (lengths.length * BASE.reward.lMax),
    none: 1 / lengths.length,
  })[divisor];

/** Every shown number of every group, against the formulas above. */
function check(step: GrpoEvent, recipe: Recipe, divisor: LengthDivisor) {
  const { grpo } = recipe;
  const rollouts = step.groups.flatMap((group) => group.rollouts);
  const lengths = rollouts.map(({ ids }) => ids.length);
  const numbers = expected(step, grpo);
  step.groups.forEach((group, g) => {
    const options = { scaleRewards: grpo.scaleRewards, lengthDivisor: divisor };
    const worked = workedOut(step, g, recipe, options);
    const rewards = group.rollouts.map(({ reward }) => reward);
    expect(worked.mean).toBeCloseTo(average(rewards), 9);
    expect(worked.deviation).toBeCloseTo(std(rewards), 9);
    expect(worked.batch).toEqual({ completions: rollouts.length, tokens: sum(lengths) });
    worked.completions.forEach((completion, i) => {
      const b = g * grpo.groupSize + i;
      const { mean, deviation, advantage } = numbers[b]!;
      const { comparison, parts, reward, perToken } = completion;
      expect(sum(parts.map(({ amount }) => amount))).toBeCloseTo(reward, 9);
      expect(comparison.mean).toBeCloseTo(mean, 9);
      if (deviation === null) expect(comparison.deviation).toBeNull();
      else expect(comparison.deviation).toBeCloseTo(deviation, 9);
      expect(comparison.advantage).toBeCloseTo(advantage, 7);
      expect(perToken).toBeCloseTo(advantage * expectedWeight(divisor, lengths, b), 9);
      const { terms, value } = comparison;
      expect(terms === null).toBe(grpo.aggregation === 'sum_then_normalize');
      const weights = group.rollouts[i]!.parts.map(({ weight }) => weight);
      expect(terms ? sum(terms.map((term, k) => weights[k]! * term.advantage)) : reward).toBeCloseTo(value, 9);
    });
  });
}

const ways = scales.flatMap((scaleRewards) => aggregations.map((aggregation) => ({ scaleRewards, aggregation })));

describe.each(lossTypes.map((lossType, i) => ({ lossType, way: ways[i % ways.length]! })))(
  'a step of $lossType, $way.scaleRewards, $way.aggregation',
  async ({ lossType, way: { scaleRewards, aggregation } }) => {
    const recipe = withFields(BASE, {
      ...{ 'grpo.lossType': lossType, 'grpo.scaleRewards': scaleRewards, 'grpo.aggregation': aggregation },
      ...(lossType === 'cispo' ? { 'grpo.epsilonHigh': 5 } : {}),
    });
    const step = await grpoStep(recipe);
    const rollouts = step.groups.flatMap((group) => group.rollouts);

    it('gives the advantages of the events, which differ', () => {
      const shown = step.groups.flatMap((_, g) => workedOut(step, g, recipe, trainedOptions(recipe)).completions);
      expect(shown.map(({ comparison }) => comparison.advantage)).toEqual(rollouts.map(({ advantage }) => advantage));
      expect(new Set(rollouts.map(({ advantage }) => advantage.toFixed(3))).size).toBeGreaterThan(2);
      expect(trainedOptions(recipe).lengthDivisor).toBe(divisors[lossType]);
      if (!PLAIN_LOSSES.includes(lossType)) return;
      // ratio 1 in the first update: the loss is −Σ advantage · weight
      const loss = -sum(shown.map(({ perToken, tokens }) => perToken * tokens));
      expect(step.metrics.policy_loss).toBeCloseTo(loss, 5);
    });

    it('recomputes under every scaling, aggregation and length normalization', () => {
      for (const way of ways)
        for (const divisor of Object.keys(aggregationsByDivisor) as LengthDivisor[])
          check(step, { ...recipe, grpo: { ...recipe.grpo, ...way } }, divisor);
    });
  },
);

it('a masked completion gets nothing, and divides nothing', async () => {
  const recipe = withFields(BASE, { 'grpo.maskTruncated': true, 'grpo.lossType': 'dapo' });
  const step = await grpoStep(recipe);
  const worked = workedOut(step, 0, recipe, trainedOptions(recipe));
  const rollouts = step.groups.flatMap((group) => group.rollouts);
  expect(worked.batch.tokens).toBe(sum(rollouts.filter(({ ended }) => ended).map(({ ids }) => ids.length)));
  step.groups[0]!.rollouts.forEach(({ ended }, i) => {
    expect(worked.completions[i]).toMatchObject(ended ? { counted: true } : { counted: false, perToken: 0 });
  });
});

it('a step follows the changes before it, not those after it', () => {
  const change = (step: number, from: string, to: string): ApplyEvent => ({
    ...{ type: 'apply', stage: 'grpo', step },
    fields: { 'grpo.scaleRewards': { from, to } },
  });
  const changes = [change(2, 'group', 'none'), change(5, 'none', 'batch')];
  const scaleOf = (step: number) => recipeAt(BASE, changes, step).grpo.scaleRewards;
  expect([1, 2, 3, 5, 6].map(scaleOf)).toEqual(['group', 'group', 'none', 'none', 'batch']);
});
