/** Connection to one worker, from its start to its end. While a caller waits, the page watches the worker's heartbeat. */
import { type Remote, wrap } from 'comlink';
import { Watch } from './heartbeat';
import { awaitDeath } from './life';
import { HOLDS_LIFE, type LabCommands } from './protocol';

const NOT_LOADED = 'the training worker did not load: allow scripts and workers for this page, then reload it';
const SILENT = 'the training worker stopped responding and was ended: start the run again, a fresh worker is used';
const GONE = 'the training worker ended unexpectedly: start the run again, a fresh worker is used';

/** Reason for the end of a worker. */
export class WorkerEnded extends Error {
  /** @param cause `stopped`: by our command; `not-loaded`: this page cannot have a worker; `failed`: the next one may work */
  constructor(
    message: string,
    override readonly cause: 'stopped' | 'not-loaded' | 'failed',
  ) {
    super(message);
  }
}

export class Connection {
  private readonly worker: Worker;
  private readonly commands: Remote<LabCommands>;
  /** Rejects when the worker ends. */
  private readonly ended: Promise<never>;
  private reject: (reason: WorkerEnded) => void = () => {};
  private readonly over = new AbortController();
  private readonly watch = new Watch(() => this.fail(SILENT));
  private waiting = 0;
  private loaded = false;

  /**
   * @param onFailed called once if the worker ends by itself: not loaded, an uncaught error, gone, or silent for too long
   * @throws WorkerEnded if the browser refuses to make a worker
   */
  constructor(private readonly onFailed: (reason: WorkerEnded) => void) {
    const name = `lab-${Math.random()}`;
    try {
      this.worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
    } catch (error) {
      throw new WorkerEnded(`${NOT_LOADED} (${(error as Error).message})`, 'not-loaded');
    }
    this.ended = new Promise<never>((_, reject) => {
      this.reject = reject;
    });
    this.ended.catch(() => {}); // no caller may be waiting
    this.worker.addEventListener('error', ({ message }) => {
      if (this.loaded) this.fail(`the training worker failed: ${message}`);
      else this.fail(message ? `${NOT_LOADED} (${message})` : NOT_LOADED, 'not-loaded');
    });
    this.worker.addEventListener('message', ({ data }) => {
      this.heard();
      if (data === HOLDS_LIFE) awaitDeath(name, this.over.signal, () => this.fail(GONE));
    });
    this.commands = wrap<LabCommands>(this.worker);
  }

  /** Counts any sign of life. */
  heard(): void {
    this.loaded = true;
    this.watch.heard();
  }

  /** Watches the worker until the returned function is called. */
  hold(): () => void {
    let held = true;
    this.waiting++;
    this.watch.start();
    return () => {
      if (!held) return;
      held = false;
      if (--this.waiting === 0) this.watch.stop();
    };
  }

  /** Sends a command. Rejects with its error, or with WorkerEnded if the worker ends first. */
  async ask<T>(command: (commands: Remote<LabCommands>) => Promise<T>): Promise<T> {
    const release = this.hold();
    try {
      return await Promise.race([command(this.commands), this.ended]);
    } finally {
      release();
    }
  }

  private fail(message: string, cause: WorkerEnded['cause'] = 'failed'): void {
    if (this.over.signal.aborted) return;
    const reason = new WorkerEnded(message, cause);
    this.end(reason);
    this.onFailed(reason);
  }

  /** Terminates the worker at once. All waiting callers get the reason. */
  end(reason: WorkerEnded): void {
    this.over.abort();
    this.watch.stop();
    this.worker.terminate();
    this.reject(reason);
  }
}
