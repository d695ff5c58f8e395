import { ListTree } from 'lucide-react';
import { ALL_TRACES, AS_DRAWN, LONGEST_FILTER } from '../../lab/traces/query';
import type { AddressReader, Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

/** Text of a parameter; empty where it is missing or too long. */
function textOf(reader: AddressReader, name: 'filter' | 'find' | 'sort'): string {
  const text = reader.text(name) ?? ALL_TRACES[name];
  if (text.length <= LONGEST_FILTER) return text;
  reader.fault(`${name} has ${text.length} characters; use at most ${LONGEST_FILTER}`);
  return ALL_TRACES[name];
}

export const traces: Screen = {
  id: 'traces',
  title: 'Traces',
  icon: ListTree,
  formerIds: ['rollouts'],
  Component: lazyScreen(() => import('./Traces').then(({ Traces }) => Traces)),
  address: {
    names: ['token', 'filter', 'find', 'sort'],
    write: ({ token, traces: { filter, find, sort } }) => ({
      token,
      filter: filter || null,
      find: find || null,
      sort: sort === AS_DRAWN ? null : sort,
    }),
    read: (reader) => ({
      token: reader.number('token', 0),
      traces: { filter: textOf(reader, 'filter'), find: textOf(reader, 'find'), sort: textOf(reader, 'sort') },
    }),
  },
};
