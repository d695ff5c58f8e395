/**
 * One recipe a family, at the easiest level that has problems enough to hold some out, for a transformer of 91 000 parameters. Most traces think, some answer at once: what
 * GRPO then has to find out is which of the two is rewarded.
 */
import { modelPresets } from '../../../model/presets';
import type { RecipeInput } from '../recipe';

const model = { ...modelPresets.nano, ffn: 156 };

export const families: readonly RecipeInput[] = [
  {
    name: 'modular-6',
    title: 'Sum of six digits modulo ten',
    about: 'Ten answers instead of two: a guess is right once in ten, the running sum nearly always.',
    task: { name: 'modular', level: 6 },
    model,
    sft: { shortShare: 0.3 },
    grpo: { steps: 20 },
    reward: { lMax: 56, lPos: 46, lNeg: 20 },
  },
  {
    name: 'arithmetic-2',
    title: 'Two digits: plus, minus, times',
    about: 'Three operations in one model, each with its own columns, carries and borrowed tens.',
    task: { name: 'arithmetic', level: 2 },
    model,
    sft: { shortShare: 0.4, steps: 700 },
    grpo: { prompts: 32, steps: 24, learningRate: 1.5e-4 },
    reward: { lMax: 40, lPos: 34, lNeg: 14 },
  },
  {
    name: 'stack-2',
    title: 'A tiny stack program',
    about: 'What is on top of the stack? Thinking is to write the top after each instruction.',
    task: { name: 'stack', level: 2 },
    model,
    sft: { shortShare: 0.3, steps: 600 },
    grpo: { steps: 15 },
    reward: { lMax: 16, lPos: 12.8, lNeg: 5.6 },
  },
  {
    name: 'units-1',
    title: 'A word problem with units',
    about: 'A price for some, asked for others: first divide, then multiply.',
    task: { name: 'units', level: 1 },
    model,
    sft: { shortShare: 0.3, steps: 400 },
    grpo: { steps: 15 },
    reward: { lMax: 28, lPos: 22.4, lNeg: 9.8 },
  },
  {
    name: 'sat-4',
    title: '3SAT with four variables',
    about:
      'Assign, find the clause that is false, go back: the longest of all these thoughts, and the first to go wrong.',
    task: { name: 'sat', level: 4 },
    model,
    sft: { shortShare: 0.4, steps: 400 },
    grpo: { steps: 20, learningRate: 1.5e-4 },
    reward: { lMax: 140, lPos: 118, lNeg: 46 },
  },
  {
    name: 'tsp-5',
    title: 'The shortest tour of five cities',
    about: 'The nearest city next, then what two-opt mends, with the sums; or a look at the distances.',
    task: { name: 'tsp', level: 5 },
    model,
    sft: { shortShare: 0.4, steps: 400 },
    grpo: { steps: 20, learningRate: 1.5e-4 },
    reward: { lMax: 92, lPos: 78, lNeg: 32 },
  },
  {
    name: 'calendar-8',
    title: 'When can everybody meet?',
    about: 'Calendars of eight slots: who is free together, then each start that fits.',
    task: { name: 'calendar', level: 8 },
    model,
    sft: { shortShare: 0.6, steps: 200 },
    grpo: { steps: 35 },
    reward: { lMax: 36, lPos: 29, lNeg: 12 },
  },
  {
    name: 'maze-3',
    title: 'A maze of three by three',
    about:
      'Waves from the goal until the start is reached, then the way. A small maze is seen as well as it is searched.',
    task: { name: 'maze', level: 3 },
    model,
    sft: { shortShare: 0.4, steps: 400 },
    grpo: { steps: 20, prompts: 32, learningRate: 1e-4 },
    reward: { lMax: 56, lPos: 46, lNeg: 20 },
  },
  {
    name: 'spatial-4',
    title: 'A map from four objects',
    about: 'Places from relations, then two of them compared.',
    task: { name: 'spatial', level: 4 },
    model,
    sft: { shortShare: 0.3, steps: 500 },
    grpo: { steps: 20, learningRate: 2e-4 },
    reward: { lMax: 56, lPos: 46, lNeg: 20 },
  },
  {
    name: 'countdown-3',
    title: 'Countdown with three numbers',
    about:
      'Expressions are tried until one hits. The form is learned at once, the arithmetic hardly: too early for GRPO.',
    task: { name: 'countdown', level: 3 },
    model,
    sft: { shortShare: 0.2, steps: 500 },
    grpo: { steps: 20, learningRate: 1.5e-4 },
    reward: { lMax: 76, lPos: 66, lNeg: 26 },
  },
];
