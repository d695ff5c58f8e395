/** Worker of the Playground. It has its own device: samples neither wait for a training nor change it. */
import '../jitless';
import '../re2';
import { expose } from 'comlink';
import { openBrowserDevice } from '../gpu/browser';
import { openCpuDevice } from '../gpu/cpu';
import { openPlace } from './place';
import { Play } from './play';
import type { PlayCommands } from './playProtocol';

const play = new Play({
  files: async () => (await openPlace()).files,
  open: openBrowserDevice,
  openCpu: openCpuDevice,
});

const commands: PlayCommands = {
  models: (run) => play.models(run),
  openFolder: (name, files) => play.openFolder(name, files),
  async sample(request, port) {
    void play.sample(request, (batch, transfer = []) => port.postMessage(batch, transfer));
  },
  stop: () => play.stop(),
};

expose(commands);
