/** The first recipes that a person meets: a minute each, or a few. */
import { modelPresets } from '../../../model/presets';
import { tasks } from '../../../tasks';
import type { RecipeInput } from '../recipe';
import { taskRecipe } from './families';

export const firstSteps: readonly RecipeInput[] = [
  ...taskRecipe(tasks.parity),
  ...taskRecipe(tasks.addition),
  {
    name: 'parity-8-nano',
    title: 'Parity of 8 bits, quick',
    about: 'The same lesson in a fraction of the time: fewer bits, fewer steps. For software adapters and the CPU.',
    task: { name: 'parity', level: 8 },
    // 1/√64: attention finds the running parity sooner, on every seed tried
    model: { ...modelPresets.nano, ffn: 156, initializerRange: 0.12 },
    sft: { steps: 150, sequences: 48, warmup: 30 },
    grpo: { steps: 24, prompts: 8 },
    reward: { lMax: 18, lPos: 14.4, lNeg: 6.3 },
    evaluation: { problems: 24 },
  },
];
