import { Layers } from 'lucide-react';
import { quote } from '../../quote';
import { EVALUATE_RANGES } from '../../store/evaluateChoice';
import { type LabState, MOST_COMPARED } from '../../store/lab';
import { EVALUATE_PARAMS, readEvaluation, writeEvaluation } from '../evaluate/address';
import type { AddressReader, Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

const EXPERIMENT_SEED = 'experimentSeed';
const MOST_SEED = EVALUATE_RANGES.seed.max;

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

/** Seed that an address asks for; null where it has none that fits. */
function seedOf(reader: AddressReader): number | null {
  const seed = reader.number(EXPERIMENT_SEED, 0);
  if (seed === null || seed <= MOST_SEED) return seed;
  reader.fault(`${EXPERIMENT_SEED}=${seed} is too large: use 0 to ${MOST_SEED}`);
  return null;
}

/** Runs whose comparison an address asks for. */
function comparedBy(reader: AddressReader): readonly string[] {
  const names = [...new Set((reader.text('compare') ?? '').split(',').filter((name) => name !== ''))];
  if (names.length > MOST_COMPARED)
    reader.fault(`Runs compares at most ${MOST_COMPARED} runs, and the link names ${names.length}`);
  return names.slice(0, MOST_COMPARED);
}

export const runs: Screen = {
  id: 'runs',
  title: 'Runs',
  icon: Layers,
  formerIds: ['evaluate'],
  Component: lazyScreen(() => import('./RunsView').then(({ RunsView }) => RunsView)),
  address: {
    names: ['tab', 'experiment', EXPERIMENT_SEED, 'compare', ...EVALUATE_PARAMS],
    write: ({ runsTab, experiment, experimentSeed, compared, evaluation }) => ({
      tab: runsTab === 'list' ? null : runsTab,
      experiment: runsTab === 'report' ? experiment : null,
      [EXPERIMENT_SEED]: runsTab === 'report' ? experimentSeed : null,
      compare: runsTab === 'list' && compared.length > 0 ? compared.join() : null,
      ...(runsTab === 'evaluate' && writeEvaluation(evaluation)),
    }),
    read: (reader) => ({
      runsTab: tabOf(reader),
      experiment: reader.text('experiment'),
      experimentSeed: seedOf(reader),
      compared: comparedBy(reader),
      evaluation: readEvaluation(reader),
    }),
  },
};
