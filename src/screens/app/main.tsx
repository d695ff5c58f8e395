import '../../jitless';
import './tokens.css';
import './base.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openLab } from '../../store/control';
import { loadPatterns } from '../../store/draft';
import { firstPaint } from '../shared/firstPaint';
import { App } from './App';
import { Boundary } from './Boundary';
import { keepRunsOfFirstTraining } from './keeping';
import { askBeforeLeaving, saveWhenHidden } from './leaving';
import { installServiceWorker } from './updates';
import { followTheUrl } from './url';

followTheUrl();
keepRunsOfFirstTraining();
const stopAsking = askBeforeLeaving(window);
saveWhenHidden(window, document);
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Boundary part="The page">
      <App />
    </Boundary>
  </StrictMode>,
);

/** Starts what the first picture does not need. Code that loads then may import this file's chunk, so this file does not wait. */
async function openAfterPaint(): Promise<void> {
  await firstPaint;
  // without the fonts, the page has those of the system
  void import('./fonts.css').catch(() => {});
  void loadPatterns();
  await openLab();
  // the development server has no service worker
  if (import.meta.env.PROD) void installServiceWorker(navigator, `${import.meta.env.BASE_URL}sw.js`, stopAsking);
}
void openAfterPaint();
