/** Client of a worker that answers commands, in the page. The first command starts the worker. */
import { type Remote, wrap } from 'comlink';

interface Connection<C> {
  readonly worker: Worker;
  readonly commands: Remote<C>;
  /** Rejects if the worker fails. */
  readonly failed: Promise<never>;
  /** True once the worker has answered. */
  loaded: boolean;
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
    const { connection } = this;
    const answer = await Promise.race([command(connection.commands), connection.failed]);
    connection.loaded = true;
    return answer;
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

  private failure(message: string): string {
    const words = `the ${this.what} failed: try again, a fresh worker is used`;
    return message ? `${words} (${message})` : words;
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
        const { loaded } = connection;
        if (this.connection === connection) this.connection = null;
        worker.terminate();
        reject(loaded ? new Error(this.failure(message)) : this.notLoaded(message));
      });
    });
    failed.catch(() => {}); // no caller may be waiting
    const connection: Connection<C> = { worker, commands: wrap<C>(worker), failed, loaded: false };
    return connection;
  }
}
