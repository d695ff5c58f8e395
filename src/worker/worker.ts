/** The one worker that owns the GPU. */
import '../jitless';
import { expose } from 'comlink';
import { browserLimits, NoGpuError, openBrowserDevice } from '../gpu/browser';
import type { Counters } from '../gpu/counters';
import { openCpuDevice } from '../gpu/cpu';
import { parseRecipe } from '../lab/recipe/recipe';
import { foreseeMemory, openSession } from '../lab/run/fittingSetting';
import { customSourceFault } from '../lab/run/options';
import { run } from '../lab/run/run';
import { bounded } from '../quote';
import { Driver, transferables } from './drive';
import { beatEvery } from './heartbeat';
import { holdLife } from './life';
import { BEAT, HOLDS_LIFE, type LabCommands, type RunMessage } from './protocol';

type StartArguments = Parameters<LabCommands['start']>;

const beat = beatEvery(() => postMessage(BEAT));

let current: { readonly driver: Driver; readonly ended: Promise<void> } | null = null;

/** Time between two reports of compilation, ms. */
const COMPILING_MS = 250;

function compiling({ pipelines, pipelinesReady }: Readonly<Counters>, post: (message: RunMessage) => void) {
  if (pipelinesReady < pipelines) post({ type: 'compiling', ready: pipelinesReady, kernels: pipelines });
}

async function train(driver: Driver, before: Promise<void> | undefined, ...[input, compute, port]: StartArguments) {
  const post = (message: RunMessage, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  let watching: ReturnType<typeof setInterval> | undefined;
  try {
    await before; // one run at a time has the GPU
    const recipe = parseRecipe(input);
    const lost = (message: string) => {
      post({ type: 'failed', message: bounded(message), cause: 'lost' });
      driver.stop();
    };
    const device = compute === 'cpu' ? openCpuDevice({ observe: () => beat }) : await openBrowserDevice(lost);
    try {
      const session = await openSession(device, recipe);
      watching = setInterval(() => compiling(device.counters, post), COMPILING_MS);
      await driver.run(run(session), (events) => post({ type: 'events', events }, transferables(events)));
      session.destroy();
    } finally {
      clearInterval(watching);
      device.destroy();
    }
    post({ type: 'stopped' });
  } catch (error) {
    const cause = error instanceof NoGpuError ? { cause: error.reason } : {};
    post({ type: 'failed', message: bounded((error as Error).message), ...cause });
  }
}

const commands: LabCommands = {
  async adapter() {
    try {
      return { kind: 'webgpu', name: (await browserLimits()).name };
    } catch (error) {
      const cause = error instanceof NoGpuError ? error.reason : 'refused';
      return { kind: 'none', cause, message: bounded((error as Error).message) };
    }
  },
  async estimate(recipe, compute) {
    return foreseeMemory(recipe, compute === 'cpu' ? openCpuDevice() : await browserLimits());
  },
  sourceFault: customSourceFault,
  // the new run becomes current at once, so that commands reach it while it waits for the previous run to end
  async start(...given) {
    const before = current;
    before?.driver.stop();
    const driver = new Driver();
    current = { driver, ended: train(driver, before?.ended, ...given) };
  },
  pause: () => current?.driver.pause(),
  resume: () => current?.driver.resume(),
  step: () => current?.driver.step(),
  async stop() {
    current?.driver.stop();
    await current?.ended;
  },
};

expose(commands);
holdLife(self.name, () => postMessage(HOLDS_LIFE));
