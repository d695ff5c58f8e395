/**
 * Client of the play worker, in the page. The first command starts the worker. A worker that fails, or does not stop in time, is
 * ended; the next command starts a fresh one. The page ends it too when nobody has looked at the Playground for a while.
 */
import { type Remote, transfer, wrap } from 'comlink';
import type { PlayCommands, PlayMessage, PlayRequest } from './playProtocol';

const NOT_LOADED = 'the worker of the Playground did not load: allow scripts and workers for this page, then reload it';
const FAILED = 'the worker of the Playground failed: sample again, a fresh worker is used';

/** Time for a sampling to stop by itself, ms. A readback of the CPU reference may take far longer. */
const STOP_MS = 300;
/** Time without the Playground after which its memory is freed, ms. */
export const IDLE_MS = 60_000;

interface Connection {
  readonly worker: Worker;
  readonly commands: Remote<PlayCommands>;
  /** Rejects if the worker fails. */
  readonly failed: Promise<never>;
  /** True once the worker has answered. */
  loaded: boolean;
}

/** A sampling that the worker has not ended. */
interface Sampling {
  readonly port: MessagePort;
  readonly ended: Promise<void>;
  readonly finish: () => void;
}

export class PlayClient {
  private connection: Connection | null = null;
  private sampling: Sampling | null = null;
  private idle: ReturnType<typeof setTimeout> | undefined;

  /** Sends a command. Rejects with its error, or if the worker fails. */
  async ask<T>(command: (commands: Remote<PlayCommands>) => Promise<T>): Promise<T> {
    this.connection ??= this.connect();
    const { connection } = this;
    const answer = await Promise.race([command(connection.commands), connection.failed]);
    connection.loaded = true;
    return answer;
  }

  private connect(): Connection {
    let worker: Worker;
    try {
      worker = new Worker(new URL('./playWorker.ts', import.meta.url), { type: 'module', name: 'play' });
    } catch (error) {
      throw new Error(`${NOT_LOADED} (${(error as Error).message})`);
    }
    const failed = new Promise<never>((_, reject) => {
      worker.addEventListener('error', ({ message }) => {
        const words = this.connection?.worker === worker && this.connection.loaded ? FAILED : NOT_LOADED;
        this.end(worker);
        reject(new Error(message ? `${words} (${message})` : words));
      });
    });
    failed.catch(() => {}); // no caller may be waiting
    return { worker, commands: wrap<PlayCommands>(worker), failed, loaded: false };
  }

  private end(worker: Worker): void {
    worker.terminate();
    if (this.connection?.worker !== worker) return;
    this.connection = null;
    this.sampling?.finish();
  }

  /**
   * Samples, after it has stopped any earlier sampling. Resolves at the end.
   * @param onBatch called with each batch of messages until the end or `stop`
   * @throws if the worker fails
   */
  async sample(request: PlayRequest, onBatch: (batch: readonly PlayMessage[]) => void): Promise<void> {
    await this.stop();
    const { port1: port, port2 } = new MessageChannel();
    let finish = () => {};
    const ended = new Promise<void>((resolve) => {
      finish = () => {
        port.close();
        resolve();
        if (this.sampling === sampling) this.sampling = null;
      };
    });
    const sampling: Sampling = { port, ended, finish };
    this.sampling = sampling;
    port.onmessage = ({ data }: MessageEvent<readonly PlayMessage[]>) => {
      const last = data.at(-1)?.type;
      if (last === 'ended' || last === 'failed') finish();
      onBatch(data);
    };
    try {
      await this.ask((commands) => commands.sample(request, transfer(port2, [port2])));
      await (this.connection ? Promise.race([ended, this.connection.failed]) : ended);
    } finally {
      finish();
    }
  }

  /** Stops the sampling: no batch comes after this call. A worker that does not stop in time is ended. */
  async stop(): Promise<void> {
    const { sampling, connection } = this;
    if (!sampling || !connection) return;
    sampling.port.onmessage = null;
    const late = setTimeout(() => this.end(connection.worker), STOP_MS);
    const stopped = connection.commands.stop().then(
      () => {},
      () => {},
    );
    await Promise.race([stopped, sampling.ended, connection.failed.catch(() => {})]);
    clearTimeout(late);
    sampling.finish();
  }

  /** The Playground is on screen: its worker stays. */
  enter(): void {
    clearTimeout(this.idle);
  }

  /** The Playground has been left: its worker ends after a while, and its memory with it. */
  leave(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (this.connection) this.end(this.connection.worker);
    }, IDLE_MS);
  }
}
