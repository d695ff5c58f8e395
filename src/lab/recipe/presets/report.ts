/** Recipes of the experiments on the report's findings that no other group has. */
import { modelPresets } from '../../../model/presets';
import type { RecipeInput } from '../recipe';

export const reportRecipes: readonly RecipeInput[] = [
  {
    name: 'addition-mixed',
    title: 'Addition of one to three digits',
    about:
      'SFT sees sums of one to three digits; the pool for GRPO has those and sums of five, which are beyond the model. Curation decides what GRPO trains on: the band, as many at random, the easy ones.',
    task: { name: 'addition', level: 2 },
    model: { ...modelPresets.nano, layers: 3, ffn: 156 },
    data: {
      clusters: [
        { task: 'addition', level: 1, problems: 0, epochs: 1 },
        { task: 'addition', level: 2, problems: 0, epochs: 2 },
        { task: 'addition', level: 3, problems: 0, epochs: 1 },
      ],
      rlClusters: [
        { task: 'addition', level: 1, problems: 0, epochs: 1 },
        { task: 'addition', level: 2, problems: 0, epochs: 1 },
        { task: 'addition', level: 3, problems: 0, epochs: 1 },
        { task: 'addition', level: 5, problems: 0, epochs: 2 },
      ],
    },
    sft: { shortShare: 0.3, steps: 400 },
    curation: { select: 'band', pool: 256 },
    grpo: { prompts: 16, steps: 40 },
    reward: { lMax: 44, lPos: 35, lNeg: 15 },
    evaluation: { others: [{ task: 'addition', level: 3 }] },
  },
  {
    name: 'mixed',
    title: 'Four families in one model',
    about: 'SFT on four families at once; GRPO on one of them. What does it do to the others?',
    task: { name: 'parity', level: 10 },
    model: { ...modelPresets.nano, layers: 3, ffn: 156 },
    data: {
      clusters: [
        { task: 'parity', level: 10, problems: 0, epochs: 1 },
        { task: 'addition', level: 2, problems: 0, epochs: 1 },
        { task: 'modular', level: 4, problems: 0, epochs: 1 },
        { task: 'arithmetic', level: 2, problems: 0, epochs: 1 },
      ],
    },
    sft: { shortShare: 0.5, steps: 500 },
    grpo: { prompts: 16, steps: 30 },
    reward: { lMax: 40, lPos: 32, lNeg: 14 },
    evaluation: {
      problems: 128,
      others: [
        { task: 'addition', level: 2 },
        { task: 'modular', level: 4 },
        { task: 'arithmetic', level: 2 },
      ],
    },
  },
];
