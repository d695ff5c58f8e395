/** Client of the worker for the stored runs, in the page. The first command starts the worker. */
import { type Remote, wrap } from 'comlink';
import type { LibraryCommands } from './library';

const NOT_LOADED = 'the worker for stored runs did not load: allow scripts and workers for this page, then reload it';

const notLoaded = (message: string): Error => new Error(message ? `${NOT_LOADED} (${message})` : NOT_LOADED);

/** @throws if the browser refuses workers */
function startWorker(): Worker {
  try {
    return new Worker(new URL('./libraryWorker.ts', import.meta.url), { type: 'module', name: 'library' });
  } catch (error) {
    throw notLoaded((error as Error).message);
  }
}

interface Connection {
  readonly commands: Remote<LibraryCommands>;
  /** Rejects if the worker fails. */
  readonly failed: Promise<never>;
}

export class LibraryClient {
  private connection: Connection | null = null;

  /** Sends a command. Rejects with its error, or if the worker fails; the next command starts a fresh one. */
  async ask<T>(command: (commands: Remote<LibraryCommands>) => Promise<T>): Promise<T> {
    this.connection ??= this.connect();
    return Promise.race([command(this.connection.commands), this.connection.failed]);
  }

  private connect(): Connection {
    const worker = startWorker();
    const failed = new Promise<never>((_, reject) => {
      worker.addEventListener('error', ({ message }) => {
        this.connection = null;
        worker.terminate();
        reject(notLoaded(message));
      });
    });
    failed.catch(() => {}); // no caller may be waiting
    return { commands: wrap<LibraryCommands>(worker), failed };
  }
}
