/** A page that starts the worker of the contract and leaves its reports on `window`. */
import type { RunsReport, RunsRequest, WritesRequest } from './runsWorker';

declare global {
  interface Window {
    checkRuns?: (request: RunsRequest) => Promise<RunsReport>;
    tryWrites?: (request: WritesRequest) => Promise<string[]>;
  }
}

const ask = <T>(request: unknown): Promise<T> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./runsWorker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<T>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  });
window.tryWrites = ask;
window.checkRuns = ask;
