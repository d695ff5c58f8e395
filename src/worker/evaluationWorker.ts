/** Worker of evaluations. It has its own device: they neither wait for a training nor change it. */
import '../jitless';
import '../re2';
import { expose } from 'comlink';
import { openBrowserDevice } from '../gpu/browser';
import { openCpuDevice } from '../gpu/cpu';
import type { EvaluationCommands } from './evaluationProtocol';
import { Evaluations } from './evaluations';
import { openPlace } from './place';

/** Takes a lock, which ends with this worker at the latest. */
const claim = (name: string): Promise<(() => void) | null> =>
  new Promise((resolve, reject) => {
    const held = navigator.locks.request(`groupthink evaluation ${name}`, { ifAvailable: true }, (lock) =>
      lock ? new Promise<void>((release) => resolve(release)) : resolve(null),
    );
    held.catch(reject);
  });

const evaluations = new Evaluations({
  files: async () => (await openPlace()).files,
  claim,
  open: openBrowserDevice,
  openCpu: openCpuDevice,
});

const commands: EvaluationCommands = {
  list: () => evaluations.list(),
  compare: (a, b) => evaluations.compare(a, b),
  async evaluate(request, port) {
    void evaluations.evaluate(request, (message) => port.postMessage(message));
  },
};

expose(commands);
