/** Phases of a GRPO step: their data, their hold, and a run that equals one without them. */
import { expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import type { GrpoPhase } from '../../train/grpoPhase';
import { type Recipe, withFields } from '../recipe/recipe';
import { runWhole, SMALLEST } from './continued.fixture';
import type { GrpoEvent } from './events';

const RECIPE = withFields(SMALLEST, {
  ...{ 'evaluation.problems': 1, 'evaluation.base': false, 'sft.steps': 1, 'grpo.steps': 2 },
});

async function phasesOf(recipe: Recipe) {
  const phases: GrpoPhase[] = [];
  const onPhase = async (phase: GrpoPhase) => {
    await new Promise((resolve) => setTimeout(resolve));
    phases.push(phase);
  };
  const held = await runWhole(openCpuDevice, recipe, { options: { onPhase } });
  const { lines } = await runWhole(openCpuDevice, recipe);
  expect(held.lines).toEqual(lines);
  const steps = lines.map((line) => JSON.parse(line) as GrpoEvent).filter(({ type }) => type === 'grpo');
  return { phases, steps };
}
/** Fields of the first rollout of a phase. */
const keysOf = ({ groups }: GrpoPhase) => Object.keys(groups[0]!.rollouts[0]!);
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (ArrayBuffer.isView(inner) ? Array.from(inner as never) : inner)),
  );

it('a step ends its phases one at a time, each with the data so far', async () => {
  const { phases, steps } = await phasesOf(RECIPE);
  const names = ['collect', 'score', 'advantages', 'update'];
  expect(phases.map(({ phase, step }) => `${step} ${phase}`)).toEqual(
    [1, 2].flatMap((step) => names.map((name) => `${step} ${name}`)),
  );
  const [collect, score, advantages, update] = phases;
  expect(keysOf(collect!)).toEqual(['ids', 'text', 'ended', 'sampler_logprobs']);
  expect(keysOf(score!)).toEqual(expect.arrayContaining(['correct', 'verdict', 'reward', 'parts']));
  expect(keysOf(score!)).not.toContain('advantage');
  expect(keysOf(advantages!)).toContain('advantage');
  expect(keysOf(advantages!)).not.toContain('logprobs');
  const { step_time: _, type: __, ...step } = steps[0]!;
  expect(plain(update)).toEqual({ phase: 'update', ...step });
  const picked = (phase: GrpoPhase, name: string) =>
    phase.groups.flatMap(({ rollouts }) => rollouts.map((one) => one[name as keyof typeof one]));
  for (const name of ['text', 'ended']) expect(picked(collect!, name)).toEqual(picked(update!, name));
  for (const name of ['reward', 'parts', 'verdict']) expect(picked(score!, name)).toEqual(picked(update!, name));
  expect(picked(advantages!, 'advantage')).toEqual(picked(update!, 'advantage'));
});

it('dynamic sampling collects and scores in rounds', async () => {
  const dynamic = { 'grpo.dynamicSampling': 'reward', 'grpo.dynamicDraws': 2, 'grpo.groupSize': 2, 'grpo.steps': 1 };
  const { phases, steps } = await phasesOf(withFields(RECIPE, dynamic));
  const rounds = steps[0]!.metrics['dynamic_sampling/extra_draws']! + 1;
  const names = phases.map(({ phase }) => phase);
  const expected = Array.from({ length: rounds }, () => ['collect', 'score']).flat();
  expect(names).toEqual([...expected, 'advantages', 'update']);
});

it('a step waits for the caller', async () => {
  const order: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const onPhase = async ({ phase }: GrpoPhase) => {
    order.push(phase);
    if (phase === 'score') await held;
  };
  const running = runWhole(openCpuDevice, withFields(RECIPE, { 'grpo.steps': 1 }), { options: { onPhase } });
  while (!order.includes('score')) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(order).toEqual(['collect', 'score']);
  release();
  await running;
  expect(order).toEqual(['collect', 'score', 'advantages', 'update']);
});
