import type { Screen } from '../screen';
import { Rollouts } from './Rollouts';

export const rollouts: Screen = { id: 'rollouts', title: 'Rollouts', Component: Rollouts };
