import { Activity } from 'lucide-react';
import type { Screen } from '../screen';
import { Train } from './Train';

export const train: Screen = { id: 'train', title: 'Train', icon: Activity, Component: Train };
