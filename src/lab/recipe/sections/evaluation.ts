/** Section of a recipe for evaluation on held-out problems. */
import { z } from 'zod';
import { flag, integer, number, section } from '../fields';
import { taskAtLevel } from './data';

export const evaluationSection = section('Evaluation', 'On problems that training never sees.', {
  problems: integer('Problems', 'Held-out problems, answered once greedily and once sampled.', 256, 1, 8192),
  temperature: number('Temperature', 'Of the sampled answers.', 1, 0.05, 5),
  base: flag('Before training', 'Evaluates the model before SFT too, as its weights were drawn.', false),
  others: z.array(z.strictObject(taskAtLevel)).max(64).default([]).meta({
    title: 'Other tasks',
    description: 'Evaluated beside the task after each stage, on as many problems: what training on one gives another.',
  }),
});
