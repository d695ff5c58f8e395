/** Screens in the order of the navigation; the first opens where the address names none. */
import { data } from './data/screen';
import { evaluate } from './evaluate/screen';
import { rollouts } from './rollouts/screen';
import { runs } from './runs/screen';
import type { Screen } from './screen';
import { train } from './train/screen';

export const screens: readonly [Screen, ...Screen[]] = [train, rollouts, evaluate, runs, data];
