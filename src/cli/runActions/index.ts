/** Actions of `runs`. To add one, add its record here. */
import type { RunAction } from './action';
import { diff } from './diff';
import { verified } from './verify';
import { exported, imported } from './zip';

export const actions: readonly RunAction[] = [diff, exported, imported, verified];
