/** Every number that a group shows, as text, against the events of real runs: for all losses, scales and aggregations, ±0.005. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { recipeByName } from '../../lab/recipe/presets/index';
import { withFields } from '../../lab/recipe/recipe';
import type { GrpoEvent, StartEvent } from '../../lab/run/events';
import { runAll } from '../../lab/run/tinyRun.fixture';
import { aggregations, scales } from '../../train/advantages';
import { lossTypes } from '../../train/losses/index';
import { GroupDetail } from './Group';

const BASE = withFields(recipeByName('parity-8-nano'), {
  ...{ 'model.layers': 1, 'model.width': 16, 'model.heads': 2, 'model.kvHeads': 1, 'model.ffn': 16, 'task.level': 5 },
  ...{ 'sft.steps': 0, 'grpo.steps': 1, 'grpo.prompts': 2, 'grpo.groupSize': 4, 'reward.lMax': 20 },
  ...{ 'reward.tagCount': -0.3, 'evaluation.problems': 1, 'evaluation.base': false },
});

const ROUNDED = 0.005 + 1e-9;
const near = (shown: number | undefined, exact: number, name: string) =>
  expect(Math.abs(shown! - exact), `${name}: ${shown}, exact ${exact}`).toBeLessThanOrEqual(ROUNDED);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
/** Standard deviation, ddof 1. */
const std = (values: readonly number[]) =>
  Math.sqrt(sum(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1));

const numbersIn = (text: string): number[] =>
  [...text.replaceAll('−', '-').matchAll(/(?<![\w.])[-+]?\d+\.\d+/g)].map(([number]) => Number(number));
const textOf = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
/** Texts of the elements of a test id. */
const texts = (html: string, id: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}[^>]*data-testid="${id}"[^>]*>(.*?)</${tag}>`, 'gs'))].map(([, inner]) =>
    textOf(inner!),
  );

/** Minus between two numbers is an operator with spaces around it. */
const operands = (formula: string) => numbersIn(formula.replaceAll(' − ', ' minus '));

async function tinyRun(fields: Readonly<Record<string, unknown>>) {
  const events = await runAll(openCpuDevice(), withFields(BASE, fields));
  const start = events.find((event): event is StartEvent => event.type === 'start')!;
  return { start, step: events.find((event): event is GrpoEvent => event.type === 'grpo')! };
}

/** The step with one completion of a group first: without a browser, the first one is the chosen one. */
function withFirst(step: GrpoEvent, index: number, rollout: number): GrpoEvent {
  const groups = step.groups.map((group, g) => {
    if (g !== index) return group;
    const { rollouts } = group;
    return { ...group, rollouts: [...rollouts.slice(rollout), ...rollouts.slice(0, rollout)] };
  });
  return { ...step, groups };
}

describe.each(scales.flatMap((scale) => aggregations.map((aggregation) => ({ scale, aggregation }))))(
  'scale $scale, $aggregation',
  ({ scale, aggregation }) => {
    it.each(lossTypes)('%s', async (lossType) => {
      const run = await tinyRun({
        ...{ 'grpo.lossType': lossType, 'grpo.scaleRewards': scale, 'grpo.aggregation': aggregation },
        ...(lossType === 'cispo' ? { 'grpo.epsilonHigh': 5 } : {}),
      });
      const all = run.step.groups.flatMap(({ rollouts }) => rollouts);
      for (const [g, group] of run.step.groups.entries()) {
        // all completions of the first group, one of the second
        for (const i of g === 0 ? group.rollouts.keys() : [1]) {
          const step = withFirst(run.step, g, i);
          const { rollouts } = step.groups[g]!;
          const [rollout] = rollouts as [(typeof rollouts)[number]];
          const rewards = rollouts.map(({ reward }) => reward);
          const html = renderToStaticMarkup(
            createElement(GroupDetail, { step, index: g, start: run.start, changes: [] }),
          );
          const [shownMean, shownStd] = numbersIn(texts(html, 'group-mean', 'span')[0]!);
          near(shownMean, mean(rewards), 'mean');
          near(shownStd, std(rewards), 'std');
          texts(html, 'reward', 'span').forEach((text, k) => near(numbersIn(text)[0], rewards[k]!, 'reward'));
          const advantages = texts(html, 'advantage', 'button');
          expect(advantages).toHaveLength(rollouts.length);
          advantages.forEach((text, k) => near(numbersIn(text)[0], rollouts[k]!.advantage, 'advantage'));
          // parts and total: "value × weight = amount", then the sum
          const [reasons] = texts(html, 'reasons', 'dl');
          for (const { value, weight } of rollout.parts)
            expect(numbersIn(reasons!).some((n) => Math.abs(n - weight * value) <= ROUNDED)).toBe(true);
          near(numbersIn(reasons!).at(-1), rollout.reward, 'total');
          near(sum(rollout.parts.map(({ value, weight }) => value * weight)), rollout.reward, 'sum of the parts');
          const [figures] = texts(html, 'figures', 'div');
          const formula = operands(/(?:reward|[A-Z][^=]*) .*?→/.exec(figures!)![0]);
          near(formula.at(-1), rollout.advantage, 'advantage in figures');
          if (aggregation === 'sum_then_normalize') {
            const deviation = { group: std(rewards), batch: std(all.map(({ reward }) => reward)), none: null }[scale];
            near(formula[0], rollout.reward, 'reward in figures');
            near(formula[1], mean(rewards), 'mean in figures');
            near(formula[2], rollout.reward - mean(rewards), 'difference');
            if (deviation !== null) near(formula[3], deviation, 'std in figures');
          }
        }
      }
    });
  },
);
