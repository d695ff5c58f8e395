/** Term of a token in the loss, against the arithmetic by hand and against `inspect`'s kernel. */
import { expect, it } from 'vitest';
import { recipeByName } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import { tokenObjective } from './objective';
import { writtenStep } from './written.fixture';

const event = writtenStep(3, { steps: 10, groups: 2, groupSize: 4 });
const base = withFields(recipeByName('parity-8-nano'), { 'grpo.prompts': 2, 'grpo.groupSize': 4, 'grpo.gamma': 0 });
const place = { group: 1, rollout: 2 };
const rollout = event.groups[1]!.rollouts[2]!;
const numberOf = (found: ReturnType<typeof tokenObjective>, name: string) =>
  found.symbols.find(({ symbol }) => symbol === name)?.value;

it('is the advantage times the weight where the policy has not moved and KL costs nothing', () => {
  const found = tokenObjective(event, withFields(base, { 'grpo.beta': 0, 'grpo.updates': 1 }), place, 1);
  expect(found.loss).toBe('grpo');
  expect(found.objectiveValue).toBeCloseTo(rollout.advantage, 12);
  expect(found.termValue).toBeCloseTo(-rollout.advantage / (8 * rollout.ids.length), 12);
  expect(found.symbols.map(({ symbol }) => symbol)).toEqual(['A', 'r', 'ε₁', 'ε₂', 'w']);
});

it('takes ratio, KL and entropy of the last update from the journal', () => {
  const T = rollout.ids.length;
  const numbers = (value: number) => Float32Array.from({ length: 2 * T }, (_, i) => (i < T ? 1 : value));
  const groups = event.groups.map((group, g) => ({
    ...group,
    rollouts: group.rollouts.map((one, r) =>
      g === place.group && r === place.rollout
        ? { ...one, advantage: 2, ratios: numbers(1.5), kls: numbers(0.25), clipped: numbers(1) }
        : one,
    ),
  }));
  const recipe = withFields(base, { 'grpo.updates': 2, 'grpo.beta': 0.1, 'grpo.gamma': 0.5 });
  const found = tokenObjective({ ...event, groups }, recipe, place, 2);
  expect([numberOf(found, 'r'), numberOf(found, 'KL'), numberOf(found, 'β')]).toEqual([1.5, 0.25, 0.1]);
  expect(found.objectiveValue).toBeCloseTo(1.2 * 2, 6); // clipped at 1 + ε
  const tokens = event.groups.flatMap((group) => group.rollouts).reduce((sum, { ids }) => sum + ids.length, 0);
  const term = (0.1 * 0.25 - 2.4) / (8 * T) - (0.5 / tokens) * rollout.entropies[2]!;
  expect(found.termValue).toBeCloseTo(term, 9);
  expect(found.term).toBe('w · (β · KL − J) − γ · H');
});

it('leaves out what the journal does not have', () => {
  const found = tokenObjective(event, withFields(base, { 'grpo.beta': 0.1, 'grpo.updates': 2 }), place, 0);
  expect([numberOf(found, 'r'), numberOf(found, 'KL'), found.objectiveValue, found.termValue]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

it.each(['cispo', 'gspo', 'sapo', 'vespo', 'luspo', 'dapo', 'dr_grpo', 'bnpo'])('has a formula for %s', (lossType) => {
  const recipe = withFields(base, {
    'grpo.lossType': lossType,
    'grpo.beta': 0,
    ...(lossType === 'cispo' && { 'grpo.epsilonHigh': 2 }),
  });
  const found = tokenObjective(event, recipe, place, 1);
  expect(found.objective).toMatch(/A/);
  expect(Number.isFinite(found.termValue)).toBe(true);
});
