import { ListTree } from 'lucide-react';
import type { Screen } from '../screen';
import { Rollouts } from './Rollouts';

export const rollouts: Screen = { id: 'rollouts', title: 'Rollouts', icon: ListTree, Component: Rollouts };
