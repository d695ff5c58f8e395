/** Longest sequences of a recipe, in tokens. */
import type { Tokenizer } from '../../text/tokenizer';
import type { Recipe } from '../recipe/recipe';
import { longestTaught } from '../recipe/traces';
import { evaluatedTasks, grpoTasks, sftTasks } from './sources';

export interface Lengths {
  /** Maximum tokens of a prompt with its chat template. */
  readonly prompt: number;
  /** Maximum tokens of a completion while decoding. */
  readonly completion: number;
  /** Maximum tokens of both in training: the context of the model. */
  readonly longest: number;
}

export function lengthsOf(recipe: Recipe, tokenizer: Tokenizer): Lengths {
  const taught = sftTasks(recipe);
  const prompts = [...taught, ...grpoTasks(recipe), ...evaluatedTasks(recipe)].map(({ task, level }) =>
    task.longestPrompt(level),
  );
  const prompt = Math.max(...prompts) + tokenizer.chatPrompt('').length;
  const completion = recipe.reward.lMax;
  const traces = taught.map(({ task, level }) => longestTaught(recipe, task, level));
  return { prompt, completion, longest: prompt + Math.max(completion, ...traces) };
}
