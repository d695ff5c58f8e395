import type { Screen } from '../screen';
import { Train } from './Train';

export const train: Screen = { id: 'train', title: 'Train', Component: Train };
