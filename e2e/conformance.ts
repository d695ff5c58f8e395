/** A page that runs every case of every kernel on this browser's adapter and leaves the verdicts on `window`. */
import { openBrowserDevice } from '../src/gpu/browser';
import { kernels } from '../src/kernels';
import { trialsOf, tryKernel } from '../src/kernels/conformance';
import { withHalves } from '../src/kernels/storage';

export interface ConformanceReport {
  adapter: string;
  verdicts: { name: string; verdict: string | null }[];
  error: string | null;
}

declare global {
  interface Window {
    conformance?: ConformanceReport;
  }
}

async function report(): Promise<ConformanceReport> {
  const device = await openBrowserDevice(() => {});
  const verdicts: ConformanceReport['verdicts'] = [];
  for (const trial of trialsOf(withHalves(kernels)))
    verdicts.push({ name: trial.name, verdict: await tryKernel(device, trial) });
  device.destroy();
  return { adapter: device.name, verdicts, error: null };
}

window.conformance = await report().catch((error: unknown) => ({ adapter: '', verdicts: [], error: String(error) }));
