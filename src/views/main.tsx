import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openLab } from '../store/control';
import { App } from './App';
import { Boundary } from './Boundary';
import { askBeforeLeaving } from './leaving';
import './style.css';
import './picture.css';
import './curation.css';
import './data.css';
import './evaluate.css';
import './setup.css';
import { followTheUrl } from './url';

followTheUrl();
askBeforeLeaving(window);
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Boundary part="The page">
      <App />
    </Boundary>
  </StrictMode>,
);
void openLab();
