/** Pass rates: the share of right answers among k samples per problem. */
import { judge } from '../data/judge';
import type { TaskProblem } from '../data/problems';
import type { Tokenizer } from '../text/tokenizer';
import type { Generate } from './accuracy';

/** Requests per batch. The batch does not change any answer. */
const MAX_REQUESTS = 16_384;

/**
 * Pass rate of each problem, [problems]; each is a multiple of 1/k.
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
  const together = Math.max(1, Math.floor(MAX_REQUESTS / samples));
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
