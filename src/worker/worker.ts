/** The one worker that owns the GPU. */
import { expose } from 'comlink';
import { browserAdapterName, NoGpuError, openBrowserDevice } from '../gpu/browser';
import { openCpuDevice } from '../gpu/cpu';
import { parseRecipe } from '../lab/recipe';
import { run } from '../lab/run';
import { Session } from '../lab/session';
import { Driver, transferables } from './drive';
import type { LabCommands, RunMessage } from './protocol';

let current: { driver: Driver; ended: Promise<void> } | null = null;

const commands: LabCommands = {
  async adapter() {
    try {
      return { kind: 'webgpu', name: await browserAdapterName() };
    } catch (error) {
      const cause = error instanceof NoGpuError ? error.reason : 'refused';
      return { kind: 'none', cause, message: (error as Error).message };
    }
  },
  async start(input, compute, port) {
    await commands.stop();
    const recipe = parseRecipe(input);
    const driver = new Driver();
    const post = (message: RunMessage, transfer: Transferable[] = []) => port.postMessage(message, transfer);
    const work = async () => {
      const device =
        compute === 'cpu'
          ? openCpuDevice()
          : await openBrowserDevice((reason) => {
              post({ type: 'failed', message: reason });
              driver.stop();
            });
      try {
        const session = new Session(device, recipe);
        await driver.run(run(session), (events) => post({ type: 'events', events }, transferables(events)));
        session.destroy();
      } finally {
        device.destroy();
      }
    };
    const ended = work().then(
      () => post({ type: 'stopped' }),
      (error: unknown) => post({ type: 'failed', message: (error as Error).message }),
    );
    current = { driver, ended };
  },
  pause: () => current?.driver.pause(),
  resume: () => current?.driver.resume(),
  step: () => current?.driver.step(),
  async stop() {
    current?.driver.stop();
    await current?.ended;
    current = null;
  },
};

expose(commands);
