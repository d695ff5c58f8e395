/** The recipe of each task at its easiest level, for a transformer of about 91 000 parameters; the first steps have two of them. */
import { modelPresets } from '../../../model/presets';
import { taskNames, tasks } from '../../../tasks';
import type { Task } from '../../../tasks/task';
import type { RecipeInput } from '../recipe';

/** The task's own recipe, named after the task and its level; none where problems come with a file. */
export function taskRecipe({ name, recipe }: Pick<Task, 'name' | 'recipe'>): RecipeInput[] {
  if (!recipe) return [];
  const { title, about, level, model, sft, grpo, reward } = recipe;
  const input = {
    name: `${name}-${level}`,
    title,
    about,
    task: { name, level },
    // nano with a feed-forward layer that makes 91 K parameters
    model: { ...modelPresets.nano, ffn: 156, ...model },
    ...(sft && { sft }),
    ...(grpo && { grpo }),
    ...(reward && { reward }),
  };
  return [input as RecipeInput];
}

/** Tasks whose recipes are first steps. */
const FIRST: readonly string[] = ['parity', 'addition'];

export const families: readonly RecipeInput[] = taskNames
  .filter((name) => !FIRST.includes(name))
  .flatMap((name) => taskRecipe(tasks[name]));
