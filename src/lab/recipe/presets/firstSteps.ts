/** The first recipes that a person meets: a minute each, or a few. */
import { modelPresets } from '../../../model/presets';
import type { RecipeInput } from '../recipe';

export const firstSteps: readonly RecipeInput[] = [
  {
    name: 'parity-12',
    title: 'Parity of 12 bits',
    about:
      'After SFT the model answers at once and guesses. GRPO makes it think, because thinking is what gets rewarded.',
    task: { name: 'parity', level: 12 },
    // nano with a feed-forward layer that makes 91 K parameters
    model: { ...modelPresets.nano, ffn: 156 },
  },
  {
    name: 'addition-2',
    title: 'Addition of two digits',
    about: 'RL sharpens what SFT began: half of the traces add column by column, half answer at once.',
    task: { name: 'addition', level: 2 },
    model: { ...modelPresets.nano, layers: 3, ffn: 156 },
    sft: { shortShare: 0.5 },
    grpo: { prompts: 32, steps: 96 },
    reward: { lMax: 32, lPos: 25.6, lNeg: 11.2 },
  },
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
