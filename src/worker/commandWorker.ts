/** Client of a worker that answers commands, in the page. The first command starts the worker. */
import { type Remote, wrap } from 'comlink';

interface Connection<C> {
  readonly worker: Worker;
  readonly commands: Remote<C>;
  /** Rejects if the worker fails. */
  readonly failed: Promise<never>;
}

export class CommandWorker<C> {
  private connection: Connection<C> | null = null;

  /**
   * @param start makes the worker
   * @param what name of the worker in errors, such as "worker for stored runs"
   */
  constructor(
    private readonly start: () => Worker,
    private readonly what: string,
  ) {}

  /** Sends a command. Rejects with its error, or if the worker fails; the next command starts a fresh one. */
  async ask<T>(command: (commands: Remote<C>) => Promise<T>): Promise<T> {
    this.connection ??= this.connect();
    return Promise.race([command(this.connection.commands), this.connection.failed]);
  }

  /** Rejects when the worker fails; the promise of no worker never does. */
  get failed(): Promise<never> {
    return this.connection?.failed ?? new Promise<never>(() => {});
  }

  /** Ends the worker at once, and its memory with it; the next command starts a fresh one. */
  end(): void {
    this.connection?.worker.terminate();
    this.connection = null;
  }

  private notLoaded(message: string): Error {
    const words = `the ${this.what} did not load: allow scripts and workers for this page, then reload it`;
    return new Error(message ? `${words} (${message})` : words);
  }

  private startWorker(): Worker {
    try {
      return this.start();
    } catch (error) {
      throw this.notLoaded((error as Error).message);
    }
  }

  private connect(): Connection<C> {
    const worker = this.startWorker();
    const failed = new Promise<never>((_, reject) => {
      worker.addEventListener('error', ({ message }) => {
        this.connection = null;
        worker.terminate();
        reject(this.notLoaded(message));
      });
    });
    failed.catch(() => {}); // no caller may be waiting
    return { worker, commands: wrap<C>(worker), failed };
  }
}
