/** Shell of the page: header, transport, Setup beside the screen. */
import { useEffect } from 'react';
import { show, toggleSetup } from '../../store/lab';
import { screens } from '..';
import { Setup } from '../setup/Setup';
import { useLab } from '../shared/hooks';
import { AdapterBadge } from './AdapterBadge';
import styles from './App.module.css';
import { FailureBanner, LinkBanner, NoGpuBanner, VersionBanner } from './Banners';
import { Boundary } from './Boundary';
import { Confirm } from './Confirm';
import { onKey } from './keys';
import { InterruptedBanner, RunNotices } from './RunNotices';
import { Running } from './Running';
import { Share } from './Share';
import { ThemeButton } from './ThemeButton';
import { Transport } from './Transport';

function Navigation({ shown }: { readonly shown: string }) {
  return (
    <nav className={styles.nav} aria-label="Screens">
      {screens.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          aria-current={id === shown ? 'page' : undefined}
          onClick={() => show({ screen: id })}
        >
          {title}
        </button>
      ))}
    </nav>
  );
}

export function App() {
  const id = useLab((state) => state.screen);
  const setupOpen = useLab((state) => state.setupOpen);
  const { title, Component } = screens.find((screen) => screen.id === id) ?? screens[0];
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className={styles.shell}>
      <header className={styles.top}>
        <h1>Groupthink</h1>
        <Running />
        <Navigation shown={id} />
        <AdapterBadge />
        <Share />
        <ThemeButton />
        <button type="button" className={styles.setupToggle} aria-expanded={setupOpen} onClick={toggleSetup}>
          Setup
        </button>
      </header>
      <Boundary part="The run's controls">
        <Transport />
      </Boundary>
      <div className={styles.banners}>
        <NoGpuBanner />
        <FailureBanner />
        <RunNotices />
        <InterruptedBanner />
        <LinkBanner />
        <VersionBanner />
      </div>
      <div className={styles.body}>
        <Boundary part="Setup">
          <Setup />
        </Boundary>
        <main className={styles.main}>
          <Boundary key={id} part={title}>
            <Component />
          </Boundary>
        </main>
      </div>
      <Confirm />
    </div>
  );
}
