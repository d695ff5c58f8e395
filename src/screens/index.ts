/** Screens in the order of the navigation: Learn, Train, Traces, Rewards, Playground, Runs. */
import { learn } from './learn/screen';
import { playground } from './playground/screen';
import { rewards } from './rewards/screen';
import { runs } from './runs/screen';
import type { Screen } from './screen';
import { traces } from './traces/screen';
import { train } from './train/screen';

export const screens: readonly [Screen, ...Screen[]] = [learn, train, traces, rewards, playground, runs];

/** Screen that opens where the address names none. */
export const firstScreen: Screen = train;
