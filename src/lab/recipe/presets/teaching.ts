/**
 * Lessons: recipes that each show one thing, most of them next to another that differs in that thing alone. lab/report/lessons.ts
 * checks what they show.
 */
import { modelPresets } from '../../../model/presets';
import type { RecipeInput } from '../recipe';

/** Fields of the recipe parity-12. */
const parity = {
  task: { name: 'parity', level: 12 },
  model: { ...modelPresets.nano, ffn: 156 },
} as const satisfies Partial<RecipeInput>;

/** Fields of the recipe addition-2, with a shorter GRPO. */
const addition = {
  task: { name: 'addition', level: 2 },
  model: { ...modelPresets.nano, layers: 3, ffn: 156 },
  sft: { shortShare: 0.5 },
} as const satisfies Partial<RecipeInput>;
const additionReward = { lMax: 32, lPos: 25.6, lNeg: 11.2 } as const;

/** Traces without a mistake and traces that correct one: two lengths of thought, both of them right. */
const twoLengths = { shortShare: 0.2, mendShare: 0.4 } as const;

export const teaching: readonly RecipeInput[] = [
  {
    ...parity,
    name: 'too-early',
    title: 'Too early',
    about:
      'SFT ends before the long traces are right. GRPO moves the length, now up and now down, as a long wrong answer costs less than a short one; accuracy stays at chance: there was nothing to sharpen.',
    sft: { steps: 70 },
  },
  {
    ...addition,
    name: 'too-fast',
    title: 'Too fast',
    about:
      'The learning rate is three times too high and not warmed up: on some seeds the policy is gone within ten steps and does not come back, on others it gains nothing to speak of.',
    grpo: { prompts: 32, steps: 20, learningRate: 1e-3, warmup: 0 },
    reward: additionReward,
  },
  {
    name: 'truncation-pays',
    title: 'Truncation pays',
    about:
      'Sums of six digits are beyond this model: all answers are wrong. A wrong answer costs up to 1, one that is cut off half of that: GRPO learns not to end.',
    task: { name: 'addition', level: 6 },
    model: { ...modelPresets.nano, ffn: 156 },
    sft: { steps: 100, shortShare: 0.5 },
    grpo: { steps: 40 },
    reward: { lMax: 48, lPos: 24, lNeg: 96 },
  },
  {
    ...parity,
    name: 'length-cosine',
    title: 'Length with the cosine',
    about:
      'Two ways to think, one of them twice as long, and a little pay for every token. With the cosine a right answer past L pos loses what more tokens pay.',
    sft: twoLengths,
    grpo: { steps: 30 },
    reward: { lMax: 40, lPos: 16, lNeg: 14, length: 0.3 },
  },
  {
    ...parity,
    name: 'length-no-cosine',
    title: 'Length without the cosine',
    about:
      'The same without the cosine: right earns 1 and wrong costs 1 at any length, and the little pay for tokens makes answers grow. Beside it "Length with the cosine": the two differ by less than seeds do, so compare several.',
    sft: twoLengths,
    grpo: { steps: 30 },
    reward: { lMax: 40, lPos: 16, lNeg: 14, length: 0.3, rightLong: 1, wrongLong: -1 },
  },
  {
    ...parity,
    name: 'hack-length',
    title: 'Reward hacking by length',
    about:
      'The reward pays for tokens and for nothing else. It rises to its maximum; the answers never end and accuracy is gone.',
    grpo: { steps: 30 },
    reward: { accuracy: 0, repetition: 0, length: 1 },
  },
  {
    ...parity,
    name: 'hack-length-repetition',
    title: 'Repetition held against it',
    about:
      'Tokens are paid for as in "Reward hacking by length", but a pair of tokens that occurs more than three times costs: padding by the same few signs no longer pays in full.',
    grpo: { steps: 30 },
    reward: { accuracy: 0, repetition: 2, repetitionN: 2, repetitionOften: 3, length: 1 },
  },
  {
    ...parity,
    name: 'std-scaling',
    title: 'Advantages over the standard deviation',
    about:
      'Parity again, for longer than it needs. Where all answers of a group are right, a token more or less is the only difference, and dividing by the deviation makes it an advantage of ±1: the policy goes on drifting.',
    grpo: { steps: 60, beta: 0 },
    reward: { lMax: 24, lPos: 12, lNeg: 8.4 },
  },
  {
    ...parity,
    name: 'dr-grpo',
    title: 'Dr. GRPO: no standard deviation',
    about:
      'The same without dividing: tiny differences stay tiny, and the policy should rest once it is right. Beside it "Advantages over the standard deviation": on this task three seeds do not separate the two.',
    grpo: { steps: 60, beta: 0, lossType: 'dr_grpo', scaleRewards: 'none' },
    reward: { lMax: 24, lPos: 12, lNeg: 8.4 },
  },
  {
    ...parity,
    name: 'kl-off',
    title: 'KL off',
    about: 'Nothing ties the policy to the model that SFT left: it thinks sooner and drifts further from it.',
    grpo: { beta: 0 },
  },
  {
    ...parity,
    name: 'kl-strong',
    title: 'KL strong',
    about:
      'β is 0.1, a hundred times the report’s: the policy stays near SFT, and what it has to learn costs it dearly.',
    grpo: { beta: 0.1 },
  },
  {
    ...addition,
    name: 'clip-even',
    title: 'Clip range even',
    about:
      'Four updates on each batch, clipped at ±0.2. What was unlikely cannot grow much at a time: the choice narrows and entropy falls.',
    grpo: { steps: 16, updates: 4, gamma: 0, learningRate: 5e-4 },
    reward: additionReward,
  },
  {
    ...addition,
    name: 'clip-higher',
    title: 'Clip-higher and entropy',
    about:
      'The same with the upper bound at 0.28, as DAPO has it: unlikely tokens may grow faster, which should keep entropy up. Beside it "Clip range even": in sixteen steps of so small a model no difference was seen.',
    grpo: { steps: 16, updates: 4, gamma: 0, learningRate: 5e-4, epsilonHigh: 0.28 },
    reward: additionReward,
  },
];
