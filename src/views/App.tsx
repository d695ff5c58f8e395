/** The shell: header, transport, Setup beside the views. */
import { useEffect, useState } from 'react';
import { show, toggleSetup, type View } from '../store/lab';
import { AdapterBadge, FailureBanner, LinkBanner, NoGpuBanner } from './Adapter';
import { Alerts } from './Alerts';
import { Boundary } from './Boundary';
import { prefersDark, recall, remember } from './browser';
import { Confirm } from './Confirm';
import { Curation } from './Curation';
import { Data } from './Data';
import { Evaluate } from './Evaluate';
import { LatestGroup } from './Group';
import { useLab } from './hooks';
import { onKey } from './keys';
import { Rollouts } from './Rollouts';
import { Running } from './Running';
import { Setup } from './Setup';
import { TrainButton } from './TrainButton';
import { AccuracyChart, LengthChart, LossChart, RewardChart } from './TrainCharts';
import { Transport } from './Transport';

const VIEWS: readonly { readonly name: View; readonly title: string }[] = [
  { name: 'train', title: 'Train' },
  { name: 'rollouts', title: 'Rollouts' },
  { name: 'evaluate', title: 'Evaluate' },
  { name: 'data', title: 'Data' },
];

const titleOf = (view: View) => VIEWS.find(({ name }) => name === view)?.title ?? view;

/** Dark, light, or as the system has it. */
function ThemeButton() {
  const [theme, setTheme] = useState(() => recall('theme'));
  const dark = theme ? theme === 'dark' : prefersDark();
  useEffect(() => {
    if (!theme) return;
    remember('theme', theme);
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <button type="button" onClick={() => setTheme(dark ? 'light' : 'dark')}>
      {dark ? 'Light' : 'Dark'}
    </button>
  );
}

function Train() {
  return (
    <>
      <div className="charts">
        <RewardChart />
        <AccuracyChart />
        <LengthChart />
        <LossChart />
      </div>
      <Curation />
      <LatestGroup />
    </>
  );
}

/** What is going wrong is told where the run is looked at. */
function Shown({ view }: { view: View }) {
  switch (view) {
    case 'train':
      return (
        <>
          <Alerts />
          <Train />
        </>
      );
    case 'rollouts':
      return (
        <>
          <Alerts />
          <Rollouts />
        </>
      );
    case 'evaluate':
      return <Evaluate />;
    case 'data':
      return <Data />;
    default:
      return view satisfies never;
  }
}

export function App() {
  const view = useLab((state) => state.view);
  const replay = useLab((state) => state.source === 'replay');
  const setupOpen = useLab((state) => state.setupOpen);
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className="shell">
      <header className="top">
        <h1>Groupthink</h1>
        <Running />
        <nav aria-label="Views">
          {VIEWS.map(({ name, title }) => (
            <button
              key={name}
              type="button"
              aria-current={name === view ? 'page' : undefined}
              onClick={() => show({ view: name })}
            >
              {title}
            </button>
          ))}
        </nav>
        <AdapterBadge />
        <ThemeButton />
        <button type="button" className="setup-toggle" aria-expanded={setupOpen} onClick={toggleSetup}>
          Setup
        </button>
      </header>
      <Boundary part="The run's controls">
        <Transport />
      </Boundary>
      <NoGpuBanner />
      <FailureBanner />
      <LinkBanner />
      <div className={setupOpen ? 'body setup-open' : 'body'}>
        <Boundary part="Setup">
          <Setup />
        </Boundary>
        <main>
          {replay && view === 'train' && (
            <div className="lead">
              <p>Watch a tiny model learn to think. This is a recording; it trains here, in your tab, too.</p>
              <div className="narrow-only">
                <TrainButton />
              </div>
            </div>
          )}
          <Boundary key={view} part={titleOf(view)}>
            <Shown view={view} />
          </Boundary>
        </main>
      </div>
      <Confirm />
    </div>
  );
}
