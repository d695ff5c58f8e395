import './tokens.css';
import './base.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openLab } from '../../store/control';
import { App } from './App';
import { Boundary } from './Boundary';
import { askBeforeLeaving } from './leaving';
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
