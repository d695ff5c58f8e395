/** Written completions as the GRPO steps of a run, for tests of what-ifs. */
import { advantagesOf } from '../../train/advantages';
import type { Recipe } from '../recipe/recipe';
import { Scorer } from './score';
import type { StoredStep } from './storedSteps';
import { written } from './written.fixture';

/** Steps of 25 groups of 8 written completions, as a run under a recipe stores them. */
export async function writtenSteps(recipe: Recipe): Promise<StoredStep[]> {
  const scorer = await Scorer.open(recipe);
  const all = written(1000, 9);
  return Array.from({ length: 5 }, (_, s) => {
    const groups = Array.from({ length: 25 }, (_, g) => {
      const { problem } = all[(s * 25 + g) * 8]!;
      const scored = all.slice((s * 25 + g) * 8, (s * 25 + g + 1) * 8).map(({ text }) => scorer.score(problem, text));
      return { prompt: problem.problem.prompt, answer: problem.problem.answer, task: problem.task, scored };
    });
    const advantages = advantagesOf(
      groups.flatMap(({ scored }) => scored),
      { ...recipe.grpo, groupSize: 8 },
    );
    return {
      step: s + 1,
      groups: groups.map(({ scored, ...group }, g) => ({
        ...group,
        rollouts: scored.map(({ ids, ended, judged: { text, verdict }, total }, r) => ({
          ...{ ids, text, ended, ...verdict, verdict: verdict.reason },
          ...{ reward: total, advantage: advantages[g * 8 + r]! },
        })),
      })),
    };
  });
}
