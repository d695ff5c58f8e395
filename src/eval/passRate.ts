/** Pass rates: the share of k sampled answers to each problem that is right. */
import { judge } from '../data/judge';
import type { TaskProblem } from '../data/problems';
import type { Tokenizer } from '../text/tokenizer';
import type { Generate } from './accuracy';

/** Asked for at a time. What is asked together changes no answer. */
const MOST_REQUESTS = 16_384;

/**
 * One pass rate a problem, in their order; each a multiple of 1/k.
 * @param samples k
 */
export async function measurePassRates(
  generate: Generate,
  tokenizer: Tokenizer,
  problems: readonly TaskProblem[],
  samples: number,
  options: { readonly temperature: number; readonly seed: number },
): Promise<number[]> {
  const passRates: number[] = [];
  const together = Math.max(1, Math.floor(MOST_REQUESTS / samples));
  for (let first = 0; first < problems.length; first += together) {
    const some = problems.slice(first, first + together);
    const requests = some.flatMap(({ problem }, p) => {
      const prompt = tokenizer.chatPrompt(problem.prompt);
      return Array.from({ length: samples }, (_, j) => ({ prompt, sequence: (first + p) * samples + j }));
    });
    const completions = await generate(requests, options);
    some.forEach(({ task, problem }, p) => {
      const answers = completions.slice(p * samples, (p + 1) * samples);
      const right = answers.filter(({ ids }) => judge(task, problem, ids, tokenizer).verdict.correct);
      passRates.push(right.length / samples);
    });
  }
  return passRates;
}
