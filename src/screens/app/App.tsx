/** Shell of the page: header with the views and the transport, banners, the view, and the drawer *New run*. */
import { type ComponentType, lazy, Suspense, useEffect } from 'react';
import { firstScreen, screens } from '..';
import { firstPaint } from '../shared/firstPaint';
import { useLab } from '../shared/hooks';
import styles from './App.module.css';
import { FailureBanner, LinkBanner, NoGpuBanner, VersionBanner } from './Banners';
import { Boundary } from './Boundary';
import { Confirm } from './Confirm';
import { Header } from './Header';
import { onKey } from './keys';
import { NewRun } from './NewRun';
import { Overlays } from './Overlays';
import { InterruptedBanner, RunNotices } from './RunNotices';

// tooltips come after the first picture; without them, names and descriptions stay
const Tips = lazy<ComponentType>(() =>
  firstPaint
    .then(() => import('../shared/Tips'))
    .then(
      ({ Tips }) => ({ default: Tips }),
      () => ({ default: () => null }),
    ),
);

export function App() {
  const id = useLab((state) => state.screen);
  const { title, Component } = screens.find((screen) => screen.id === id) ?? firstScreen;
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <Header shown={id} />
      <div className={styles.banners}>
        <NoGpuBanner />
        <FailureBanner />
        <RunNotices />
        <InterruptedBanner />
        <LinkBanner />
        <VersionBanner />
      </div>
      <main className={styles.main}>
        <Boundary key={id} part={title}>
          <Component />
        </Boundary>
      </main>
      <NewRun />
      <Overlays />
      <Confirm />
      <Suspense fallback={null}>
        <Tips />
      </Suspense>
    </>
  );
}
