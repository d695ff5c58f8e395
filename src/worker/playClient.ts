/**
 * Client of the play worker, in the page. A worker that does not stop in time is ended; the next command starts a fresh one. The
 * page ends it too when nobody has looked at the Playground for a while.
 */
import { CommandWorker } from './commandWorker';
import { MessageStream } from './messageStream';
import type { PlayCommands, PlayMessage, PlayRequest } from './playProtocol';

/** Time for a sampling to stop by itself, ms. A readback of the CPU reference may take far longer. */
const STOP_MS = 300;
/** Time without the Playground after which its memory is freed, ms. */
export const IDLE_MS = 60_000;

type Batch = readonly PlayMessage[];

export class PlayClient {
  private readonly worker = new CommandWorker<PlayCommands>(
    () => new Worker(new URL('./playWorker.ts', import.meta.url), { type: 'module', name: 'play' }),
    'worker of the Playground',
  );
  /** Sampling that the worker has not ended. */
  private sampling: MessageStream<Batch> | null = null;
  private idle: ReturnType<typeof setTimeout> | undefined;

  /** Sends a command. Rejects with its error, or if the worker fails. */
  readonly ask: CommandWorker<PlayCommands>['ask'] = (command) => this.worker.ask(command);

  private end(): void {
    this.worker.end();
    this.sampling?.close();
  }

  /**
   * Samples, after it has stopped any earlier sampling. Resolves at the end.
   * @param onBatch called with each batch of messages until the end or `stop`
   * @throws if the worker fails
   */
  async sample(request: PlayRequest, onBatch: (batch: Batch) => void): Promise<void> {
    await this.stop();
    const sampling = new MessageStream(onBatch, (batch: Batch) =>
      ['ended', 'failed'].includes(batch.at(-1)?.type ?? ''),
    );
    this.sampling = sampling;
    try {
      await sampling.run(this.worker, (commands, port) => commands.sample(request, port));
    } finally {
      if (this.sampling === sampling) this.sampling = null;
    }
  }

  /** Stops the sampling: no batch comes after this call. A worker that does not stop in time is ended. */
  async stop(): Promise<void> {
    const { sampling } = this;
    if (!sampling) return;
    sampling.mute();
    const late = setTimeout(() => this.end(), STOP_MS);
    const stopped = this.ask((commands) => commands.stop()).catch(() => {});
    await Promise.race([stopped, sampling.ended]);
    clearTimeout(late);
    sampling.close();
  }

  /** The Playground is on screen: its worker stays. */
  enter(): void {
    clearTimeout(this.idle);
  }

  /** The Playground has been left: its worker ends after a while, and its memory with it. */
  leave(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.end(), IDLE_MS);
  }
}
