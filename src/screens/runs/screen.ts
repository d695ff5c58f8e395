import { Layers } from 'lucide-react';
import { quote } from '../../quote';
import type { LabState } from '../../store/lab';
import type { AddressReader, Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

/** Tabs by their value in the address. */
const TABS: readonly LabState['runsTab'][] = ['list', 'evaluate', 'report'];

/** Tab that an address asks for. The former screen `evaluate` had the contents of two tabs. */
function tabOf(reader: AddressReader): LabState['runsTab'] {
  const asked = reader.text('tab');
  const found = TABS.find((tab) => tab === asked);
  if (asked !== null && !found) reader.fault(`Runs has no tab ${quote(asked)}; there are ${TABS.join(', ')}`);
  if (found) return found;
  if (reader.text('experiment') !== null) return 'report';
  return reader.text('view') === 'evaluate' ? 'evaluate' : 'list';
}

export const runs: Screen = {
  id: 'runs',
  title: 'Runs',
  icon: Layers,
  formerIds: ['evaluate'],
  Component: lazyScreen(() => import('./RunsView').then(({ RunsView }) => RunsView)),
  address: {
    names: ['tab', 'experiment'],
    write: ({ runsTab, experiment }) => ({
      tab: runsTab === 'list' ? null : runsTab,
      experiment: runsTab === 'report' ? experiment : null,
    }),
    read: (reader) => ({ runsTab: tabOf(reader), experiment: reader.text('experiment') }),
  },
};
