/** Section of a recipe for evaluation on held-out problems. */
import { z } from 'zod';
import { flag, integer, number, section } from '../fields';
import { taskAtLevel } from './data';

export const evaluationSection = section('Evaluation', 'Accuracy on held-out problems, which training never sees.', {
  problems: integer(
    'Problems',
    'Number of held-out problems; the model answers each once greedily and once sampled.',
    256,
    1,
    8192,
  ),
  temperature: number('Temperature', 'Temperature of the sampled answers.', 1, 0.05, 5),
  base: flag('Before training', 'Also evaluates the fresh model, before SFT.', false),
  others: z.array(z.strictObject(taskAtLevel)).max(64).default([]).meta({
    title: 'Other tasks',
    description: 'Further tasks to evaluate after each stage, on as many problems: they show transfer between tasks.',
  }),
});
