/** Client of the worker for the stored runs, in the page. */
import { CommandWorker } from './commandWorker';
import type { LibraryCommands } from './library';

export const openLibraryClient = () =>
  new CommandWorker<LibraryCommands>(
    () => new Worker(new URL('./libraryWorker.ts', import.meta.url), { type: 'module', name: 'library' }),
    'worker for stored runs',
  );
