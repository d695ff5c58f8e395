/** Number of held-out problems of a level, which may be smaller than the number that was asked for. */
import { heldOutProblems } from '../../data/problems';
import type { TaskLevel } from '../run/sources';

export const heldOutCount = ({ task, level }: TaskLevel, asked: number, seed: number): number =>
  heldOutProblems(task, level, asked, seed).length;
