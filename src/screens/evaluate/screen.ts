import type { Screen } from '../screen';
import { Evaluate } from './Evaluate';

export const evaluate: Screen = {
  id: 'evaluate',
  title: 'Evaluate',
  Component: Evaluate,
  address: {
    names: ['experiment'],
    write: ({ experiment }) => ({ experiment }),
    read: (reader) => ({ experiment: reader.text('experiment') }),
  },
};
