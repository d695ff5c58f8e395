/** `score`: verdict, reward and advantage of written completions. */
import { readFileSync } from 'node:fs';
import { Scorer } from '../../lab/play/score';
import { command, type Given, type Options } from '../command';
import { InputError, input, inputAsync, JSON_OPTION } from '../input';
import { print } from '../output';
import { PROBLEM_OPTIONS, readProblem } from '../problem';
import { RECIPE_OPTIONS, readRecipe } from '../recipe';
import { scoredJson, scoredText } from '../scores';

const options = {
  recipe: RECIPE_OPTIONS.recipe,
  set: RECIPE_OPTIONS.set,
  ...PROBLEM_OPTIONS,
  completion: {
    type: 'string',
    multiple: true,
    value: 'TEXT|-',
    help: 'completion with its tags and end token; - reads standard input; several make a group with advantages',
  },
  json: JSON_OPTION,
} as const satisfies Options;

const readCompletion = (text: string): string =>
  text === '-' ? readFileSync(process.stdin.fd, 'utf8').replace(/\r?\n$/, '') : text;

async function work(given: Given<typeof options>): Promise<void> {
  const { completion: texts, json } = given;
  if (!texts) throw new InputError('--completion is missing; give a text, or - for standard input');
  if (texts.filter((text) => text === '-').length > 1)
    throw new InputError('--completion: standard input is one completion; give - once');
  const recipe = readRecipe({ recipe: given.recipe, ...(given.set && { set: given.set }) });
  const problem = readProblem(given, recipe.task.name);
  if (!problem) throw new InputError('--answer is missing; a prompt without an answer cannot be judged');
  const scorer = await inputAsync(() => Scorer.open(recipe));
  const completions = texts.map(readCompletion);
  const { completions: scored, advantages, weights } = input(() => scorer.group(problem, completions));
  if (json) {
    const rows = scored.map((one, b) => ({
      ...scoredJson(problem.task, one),
      advantage: advantages?.[b] ?? null,
      lossWeight: weights[b],
    }));
    print(JSON.stringify({ prompt: problem.problem.prompt, task: problem.task, completions: rows }));
    return;
  }
  for (const [b, one] of scored.entries()) {
    if (b > 0) print('');
    print(one.judged.text);
    print(scoredText(problem.task, one));
    if (advantages) print(`advantage in this group: ${Number(advantages[b]!.toFixed(4))}`);
  }
}

export const score = command({
  name: 'score',
  summary: 'Scores written completions under the reward of a recipe',
  examples: [
    'score --recipe parity-8-nano --prompt "1101=" --answer 1 --completion "<think>1001</think>1<|im_end|>"',
    'score --recipe parity-8-nano --problem @problem.json --completion - --set reward.rightLong=1 --json',
  ],
  notes: [
    'Prints verdict, format, the parts of the reward with their reasons, and the total, as training computes them; it needs no GPU. Several `--completion` are one group: each gets its advantage by `grpo.scaleRewards` and `grpo.aggregation`, and `lossWeight`, the weight of each of its tokens in the loss. Text after the first end token does not count.',
  ],
  options,
  run: work,
});
