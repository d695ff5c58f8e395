/** Sections of a recipe that name the task and bring problems of the user. */
import { z } from 'zod';
import { type TaskName, taskNames } from '../../../tasks';
import { OWN, OWN_LIMITS, ownLineSchema, ownMatches } from '../../../tasks/own';
import { choice, integer, number, section } from '../fields';

export const taskSection = section('Task', 'What the model learns to answer.', {
  name: choice(
    'Task',
    'Problems with an exact verifier and teacher traces.',
    [...(taskNames as [TaskName, ...TaskName[]]), OWN],
    'parity',
  ),
  level: integer('Difficulty', 'Level of the task, in its own unit: bits, digits, cities, slots …', 12, 1, 32),
});

export const ownSection = section('Your own', 'User-supplied problems, for the task own.', {
  problems: z.array(ownLineSchema).max(OWN_LIMITS.problems).default([]),
  match: choice(
    'Match',
    'Comparison of answers: same text, numbers within the tolerance, or regular expressions.',
    ownMatches,
    'exact',
  ),
  tolerance: number('Tolerance', 'Largest distance of a numeric answer from the right one.', 0, 0, 1e12),
});
