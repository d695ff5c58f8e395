/** A page that starts the worker of the contract and leaves its report on `window`. */
import type { RunsReport, RunsRequest } from './runsWorker';

declare global {
  interface Window {
    checkRuns?: (request: RunsRequest) => Promise<RunsReport>;
  }
}

window.checkRuns = (request) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./runsWorker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<RunsReport>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  });
