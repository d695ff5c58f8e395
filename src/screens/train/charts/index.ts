/** Charts of Train, panel by panel. Charts of one panel are its tabs. */
import { accuracy } from './accuracy';
import type { PanelCharts } from './chart';
import { entropy } from './entropy';
import { gradientNorm } from './gradientNorm';
import { kl } from './kl';
import { length } from './length';
import { loss } from './loss';
import { policyLoss } from './policyLoss';
import { reward } from './reward';

export const chartPanels: readonly PanelCharts[] = [
  [reward],
  [accuracy],
  [length],
  [loss, policyLoss, kl, entropy, gradientNorm],
];
