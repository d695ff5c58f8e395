/**
 * The recipes that come with the lab. To add one is to add an entry: its group says where Setup lists it, its `about` what it
 * should show.
 */
import { modelPresets } from '../model/presets';
import { parseRecipe, type Recipe, type RecipeInput } from './recipe';

/** In the order in which Setup lists them. */
const groups = ['First steps', 'Families', 'Teaching', 'The report'] as const;
type Group = (typeof groups)[number];

const inputs: readonly (RecipeInput & { readonly group: Group })[] = [
  {
    group: 'First steps',
    name: 'parity-12',
    title: 'Parity of 12 bits',
    about:
      'After SFT the model answers at once and guesses. GRPO makes it think, because thinking is what gets rewarded.',
    task: { name: 'parity', level: 12 },
    // nano with a feed-forward layer that makes 91 K parameters
    model: { ...modelPresets.nano, ffn: 156 },
  },
  {
    group: 'First steps',
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
    group: 'The report',
    name: 'addition-mixed',
    title: 'Addition of one to three digits',
    about:
      'SFT sees some of every level; GRPO trains on a pool of two and three digits. Curation decides which of it: the band, random ones, the easy ones.',
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
      ],
    },
    sft: { shortShare: 0.3, steps: 400 },
    curation: { select: 'band', pool: 256 },
    grpo: { prompts: 16, steps: 40 },
    reward: { lMax: 44, lPos: 35, lNeg: 15 },
    evaluation: { others: [{ task: 'addition', level: 3 }] },
  },
  {
    group: 'The report',
    name: 'mixed',
    title: 'Four families in one model',
    about: 'SFT on four families at once; GRPO on one of them. What does it do to the others?',
    task: { name: 'parity', level: 8 },
    model: { ...modelPresets.nano, layers: 3, ffn: 156 },
    data: {
      clusters: [
        { task: 'parity', level: 8, problems: 0, epochs: 1 },
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
  {
    group: 'First steps',
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

const entries = inputs.map(({ group, ...input }) => ({ group, recipe: parseRecipe(input, `recipe ${input.name}`) }));

export const recipes: readonly Recipe[] = entries.map(({ recipe }) => recipe);

/** The groups that have recipes. */
export const recipeGroups: readonly { readonly group: Group; readonly recipes: readonly Recipe[] }[] = groups
  .map((group) => ({ group, recipes: entries.filter((entry) => entry.group === group).map(({ recipe }) => recipe) }))
  .filter((group) => group.recipes.length > 0);

/** @throws naming the recipes that there are */
export function recipeByName(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (!recipe)
    throw new Error(`there is no recipe ${JSON.stringify(name)}; there are ${recipes.map((r) => r.name).join(', ')}`);
  return recipe;
}
