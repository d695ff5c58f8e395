/** The page's end of the worker. */
import { type Remote, transfer, wrap } from 'comlink';
import type { Recipe } from '../lab/recipe';
import type { Compute, LabCommands, RunMessage } from './protocol';

export class LabClient {
  private readonly commands: Remote<LabCommands>;
  private port: MessagePort | null = null;

  /** @param onBroken called with what the worker itself failed of: not loaded, or an error that nobody caught */
  constructor(onBroken: (message: string) => void) {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'lab' });
    worker.onerror = (event) => onBroken(event.message || 'the worker that owns the GPU did not load');
    this.commands = wrap<LabCommands>(worker);
  }

  adapter() {
    return this.commands.adapter();
  }

  estimate(recipe: Recipe, compute: Compute) {
    return this.commands.estimate(recipe, compute);
  }

  /** Messages of this run alone: those of an earlier one are no longer heard. */
  async start(recipe: Recipe, compute: Compute, onMessage: (message: RunMessage) => void): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    this.port?.close();
    this.port = port1;
    port1.onmessage = ({ data }: MessageEvent<RunMessage>) => onMessage(data);
    await this.commands.start(recipe, compute, transfer(port2, [port2]));
  }

  pause() {
    return this.commands.pause();
  }

  resume() {
    return this.commands.resume();
  }

  step() {
    return this.commands.step();
  }

  stop() {
    return this.commands.stop();
  }
}
