/** Written completions of parity problems: right, wrong, cut off, malformed and repetitive, from a seed. */
import { random } from '../../random';
import { rewardTerms } from '../../rewards/index';
import { constantsOf } from '../../rewards/term';
import { taskByName } from '../../tasks';
import { parseCompletion } from '../../text/completion';
import { probeReward, probeRewardSchema } from '../probe/reward';
import type { Recipe } from '../recipe/recipe';
import { tokenizer } from './play.fixture';
import { type PlayProblem, playProblem } from './problem';
import type { Scored } from './score';

export interface Written {
  readonly problem: PlayProblem;
  readonly text: string;
}

export function written(count: number, seed: number): Written[] {
  const stream = random(seed, 'written');
  const task = taskByName('parity');
  return Array.from({ length: count }, () => {
    const problem = playProblem({ task: task.name, ...task.generate(stream, 6) }, null, 'problem');
    const thought = Array.from({ length: stream.integer(1, 12) }, () => stream.pick(['0', '1', ',', '01,'])).join('');
    const [open, close] = [
      stream.pick(['<think>', '<think>', '']),
      stream.pick(['</think>', '</think>', '</think></think>']),
    ];
    const answer = stream.pick(['0', '1', '1 ', 'x', '']);
    return {
      problem,
      text: `${open}${thought.repeat(stream.integer(1, 3))}${close}${answer}${stream.pick(['<|im_end|>', ''])}`,
    };
  });
}

const snake = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Total of each completion by `probe reward`, under the reward of a recipe. */
export async function probedTotals({ reward }: Recipe, scored: readonly Scored[]): Promise<number[]> {
  const constants = rewardTerms.flatMap((term) => Object.entries(constantsOf(term, reward)));
  const fields: Readonly<Record<string, unknown>> = reward;
  const { cases } = await probeReward(
    probeRewardSchema.parse({
      l_max: reward.lMax,
      ...Object.fromEntries(constants.map(([field, value]) => [snake(field), value])),
      weights: Object.fromEntries(rewardTerms.map(({ name }) => [name, fields[name]])),
      cases: scored.map(({ ids, ended, judged: { text, verdict } }) => {
        const { think, thought, answer } = parseCompletion(text);
        const words = ids.map((id) => tokenizer.token(id));
        const { correct, partial, measures = {} } = verdict;
        return { ...{ length: ids.length, words, text, ended, think, thought, answer, correct, partial, measures } };
      }),
    }),
  );
  return cases.map(({ total }) => total);
}
