import type { Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

export const evaluate: Screen = {
  id: 'evaluate',
  title: 'Evaluate',
  Component: lazyScreen(() => import('./Evaluate').then(({ Evaluate }) => Evaluate)),
  address: {
    names: ['experiment'],
    write: ({ experiment }) => ({ experiment }),
    read: (reader) => ({ experiment: reader.text('experiment') }),
  },
};
