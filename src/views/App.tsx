/** The shell: header, transport, Setup beside the views. */
import { useEffect, useState } from 'react';
import { show, type View } from '../store/lab';
import { AdapterBadge, FailureBanner, NoGpuBanner } from './Adapter';
import { Alerts } from './Alerts';
import { LatestGroup } from './Group';
import { useLab } from './hooks';
import { Rollouts } from './Rollouts';
import { Setup } from './Setup';
import { TrainButton } from './TrainButton';
import { AccuracyChart, LengthChart, LossChart, RewardChart } from './TrainCharts';
import { onTransportKey, Transport } from './Transport';

const VIEWS: readonly { readonly name: View; readonly title: string }[] = [
  { name: 'train', title: 'Train' },
  { name: 'rollouts', title: 'Rollouts' },
];

/** Dark, light, or as the system has it. */
function ThemeButton() {
  const [theme, setTheme] = useState(() => localStorage.getItem('theme'));
  const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  useEffect(() => {
    if (!theme) return;
    localStorage.setItem('theme', theme);
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
      <LatestGroup />
    </>
  );
}

export function App() {
  const view = useLab((state) => state.view);
  const replay = useLab((state) => state.source === 'replay');
  const [setupOpen, setSetupOpen] = useState(false);
  useEffect(() => {
    addEventListener('keydown', onTransportKey);
    return () => removeEventListener('keydown', onTransportKey);
  }, []);
  return (
    <div className="shell">
      <header className="top">
        <h1>Groupthink</h1>
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
        <button
          type="button"
          className="setup-toggle"
          aria-expanded={setupOpen}
          onClick={() => setSetupOpen(!setupOpen)}
        >
          Setup
        </button>
      </header>
      <Transport />
      <NoGpuBanner />
      <FailureBanner />
      <div className={setupOpen ? 'body setup-open' : 'body'}>
        <Setup />
        <main>
          {replay && view === 'train' && (
            <div className="lead">
              <p>Watch a tiny model learn to think. This is a recording; it trains here, in your tab, too.</p>
              <div className="narrow-only">
                <TrainButton />
              </div>
            </div>
          )}
          <Alerts />
          {view === 'train' ? <Train /> : <Rollouts />}
        </main>
      </div>
    </div>
  );
}
