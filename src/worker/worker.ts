/** The one worker that owns the GPU. */
import '../jitless';
import '../re2';
import { expose, transfer } from 'comlink';
import { browserLimits, NoGpuError, openBrowserDevice } from '../gpu/browser';
import { openCpuDevice } from '../gpu/cpu';
import { fittingSetting, foreseeMemory } from '../lab/run/fittingSetting';
import { customSourceFault } from '../lab/run/options';
import { bounded } from '../quote';
import { buffersOf, Driver } from './drive';
import { forkStart } from './forkedRun';
import { beatEvery } from './heartbeat';
import { holdLife } from './life';
import { editedMeta } from './metaEdit';
import { openPlace, waitForRoom } from './place';
import { BEAT, HOLDS_LIFE, type LabCommands } from './protocol';
import { ReadBack } from './readBack';
import type { Surroundings } from './surroundings';
import { Training } from './train';

const beat = beatEvery(() => postMessage(BEAT));

const around: Surroundings = {
  place: openPlace,
  open: async (compute, onLost) =>
    compute === 'cpu' ? openCpuDevice({ observe: () => beat }) : openBrowserDevice(onLost),
  waitForRoom,
  now: () => new Date(),
};
const readBack = new ReadBack(openPlace);

let current: { readonly driver: Driver; readonly training: Training; readonly ended: Promise<void> } | null = null;

/**
 * Makes a run current at once, so that commands reach it while it waits for the previous run to end: one run at a time has the
 * GPU.
 */
function begin(port: MessagePort, work: (training: Training) => Promise<void>): void {
  const before = current;
  before?.driver.stop();
  const driver = new Driver();
  const training = new Training(around, driver, (message, transfer = []) => port.postMessage(message, transfer));
  const ended = Promise.resolve(before?.ended).then(() => work(training));
  current = { driver, training, ended };
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
  async fitting(recipe, compute, bytes) {
    return fittingSetting(recipe, compute === 'cpu' ? openCpuDevice() : await browserLimits(), bytes);
  },
  sourceFault: customSourceFault,
  async start(recipe, compute, port) {
    begin(port, (training) => training.train(recipe, compute));
  },
  async continueRun(name, compute, port) {
    begin(port, (training) => training.continue(name, compute));
  },
  async checkFork(asked) {
    await forkStart(await openPlace(), asked);
  },
  async fork(asked, compute, port) {
    const start = await forkStart(await openPlace(), asked);
    begin(port, (training) => training.fork(start, compute));
  },
  async openRun(name, port) {
    begin(port, (training) => training.open(name));
  },
  async rolloutsOf(name, step) {
    const groups = await readBack.groups(name, step, current?.training.stored ?? null);
    return transfer(groups, buffersOf(groups));
  },
  async editRun(name, edit) {
    const folder = current?.training.writing(name);
    if (!folder) throw new Error(`${name} does not train here; read the list of runs again`);
    await folder.editMeta((meta) => editedMeta(meta, edit));
  },
  async apply(fields) {
    if (!current) throw new Error('apply: no run trains here; start or continue one, then apply the change');
    return current.training.changes.apply(fields);
  },
  pause: () => current?.driver.pause(),
  resume: () => current?.driver.resume(),
  step: () => current?.driver.step(),
  stepPhase: () => current?.driver.stepPhase(),
  checkpoint: () => current?.driver.checkpoint(),
  async stop() {
    current?.driver.stop();
    await current?.ended;
  },
};

expose(commands);
holdLife(self.name, () => postMessage(HOLDS_LIFE));
