/** A page that runs every case of every kernel on this browser's adapter and leaves the mismatches on `window`. */
import { openBrowserDevice } from '../src/gpu/browser';
import { whole } from '../src/gpu/device';
import { kernels } from '../src/kernels';
import { trialsOf, tryKernel } from '../src/kernels/conformance';
import { withF16Variants } from '../src/kernels/f16Rewrite';
import { lossKernels } from '../src/train/losses/kernels';

export interface ConformanceReport {
  adapter: string;
  mismatches: { name: string; verdict: string | null }[];
  /** Duration of all cases. */
  seconds: number;
  /** Milliseconds of a readback of a few bytes. */
  readback: number;
  error: string | null;
}

declare global {
  interface Window {
    conformance?: ConformanceReport;
  }
}

const NOTHING = { adapter: '', mismatches: [], seconds: 0, readback: 0 };

/** Least milliseconds of a few times. */
async function least(act: () => Promise<unknown>, times = 5): Promise<number> {
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await act();
    milliseconds = Math.min(milliseconds, performance.now() - began);
  }
  return milliseconds;
}

async function report(): Promise<ConformanceReport> {
  const device = await openBrowserDevice(() => {});
  const buffer = device.createBuffer('readback', 16);
  const readback = await least(() => device.read([whole(buffer)]));
  const began = performance.now();
  const mismatches: ConformanceReport['mismatches'] = [];
  for (const trial of trialsOf(withF16Variants([...kernels, ...(await lossKernels())])))
    mismatches.push({ name: trial.name, verdict: await tryKernel(device, trial) });
  device.destroy();
  return { adapter: device.name, mismatches, seconds: (performance.now() - began) / 1000, readback, error: null };
}

window.conformance = await report().catch((error: unknown) => ({ ...NOTHING, error: String(error) }));
