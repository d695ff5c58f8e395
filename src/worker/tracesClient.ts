/** Client of the worker for the Traces view, in the page. */
import { CommandWorker } from './commandWorker';
import type { TracesCommands } from './traces';

export const openTracesClient = () =>
  new CommandWorker<TracesCommands>(
    () => new Worker(new URL('./tracesWorker.ts', import.meta.url), { type: 'module', name: 'traces' }),
    'worker for traces',
  );
