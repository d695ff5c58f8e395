import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openLab } from '../store/control';
import { lab } from '../store/lab';
import { runAtStake } from '../store/start';
import { App } from './App';
import { Boundary } from './Boundary';
import './style.css';
import './picture.css';
import './curation.css';
import './data.css';
import './evaluate.css';
import './setup.css';
import { followTheUrl } from './url';

followTheUrl();
addEventListener('beforeunload', (event) => {
  const { status } = lab.getState();
  if ((status === 'playing' || status === 'paused') && runAtStake(lab.getState())) event.preventDefault();
});
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Boundary part="The page">
      <App />
    </Boundary>
  </StrictMode>,
);
void openLab();
