/** Runs: the stored runs, evaluations of the run on screen, and the findings of the report beside ours, as tabs. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { Tabs } from '@base-ui/react/tabs';
import type { ComponentType } from 'react';
import { type LabState, show } from '../../store/lab';
import { useLab } from '../shared/hooks';
import { lazyScreen } from '../shared/lazyScreen';
import { Runs } from './Runs';
import styles from './RunsView.module.css';

type TabId = LabState['runsTab'];

const TABS: readonly { readonly id: TabId; readonly title: string; readonly Component: ComponentType }[] = [
  { id: 'list', title: 'Stored runs', Component: Runs },
  {
    id: 'evaluate',
    title: 'Evaluate',
    Component: lazyScreen(() => import('../evaluate/EvaluateView').then(({ EvaluateView }) => EvaluateView)),
  },
  {
    id: 'report',
    title: 'The report beside us',
    Component: lazyScreen(() => import('../evaluate/Report').then(({ Report }) => Report)),
  },
];

export function RunsView() {
  const shown = useLab((state) => state.runsTab);
  return (
    <Tabs.Root className={styles.tabs} value={shown} onValueChange={(tab: TabId) => show({ runsTab: tab })}>
      <Tabs.List className={styles.list} aria-label="Parts of Runs">
        {TABS.map(({ id, title }) => (
          <Tabs.Tab key={id} value={id} className={styles.tab}>
            {title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map(({ id, Component }) => (
        <Tabs.Panel key={id} value={id} className={styles.panel}>
          <Component />
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  );
}
