/** Lessons: recipes that each show one thing, most of them beside another that differs in that thing alone. */
import { modelPresets } from '../../model/presets';
import type { RecipeInput } from '../recipe';

const parity = {
  task: { name: 'parity', level: 12 },
  model: { ...modelPresets.nano, ffn: 156 },
} as const satisfies Partial<RecipeInput>;

export const teaching: readonly RecipeInput[] = [
  {
    ...parity,
    name: 'too-early',
    title: 'Too early',
    about:
      'SFT ends before the long traces are right. GRPO lengthens the answers, as a long wrong one costs less, and accuracy stays at chance.',
    sft: { steps: 80 },
  },
];
