/** The page's client against workers that die, hang, do not load or do not stop. Each uses a real message channel. */
import { expose } from 'comlink';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Recipe } from '../lab/recipe/recipe';
import { LabClient } from './client';
import type { WorkerEnded } from './connection';
import { BEAT_MS, MAX_MISSED } from './heartbeat';
import { HOLDS_LIFE, type LabCommands, type RunMessage } from './protocol';

const recipe = {} as Recipe;

/** Worker as the page sees it. `serve` is its program. */
class FakeWorker extends EventTarget {
  static made: FakeWorker[] = [];
  static serve: (port: MessagePort, worker: FakeWorker) => void = () => {};
  private readonly inside: MessagePort;
  private readonly outside: MessagePort;
  terminated = false;
  /** Frees the lock with the worker's name, as a browser does when the worker ends. */
  die: () => void = () => {};

  constructor(
    _: URL,
    readonly options: { readonly name: string },
  ) {
    super();
    const { port1, port2 } = new MessageChannel();
    [this.outside, this.inside] = [port1, port2];
    port1.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent('message', { data }));
    FakeWorker.made.push(this);
    FakeWorker.serve(port2, this);
  }
  postMessage(message: unknown, transfer: Transferable[]): void {
    this.outside.postMessage(message, transfer as never);
  }
  terminate(): void {
    this.terminated = true;
    this.outside.close();
    this.inside.close();
  }
}

/** Worker program that obeys all commands, with the given ones replaced. */
const obedient =
  (given: Partial<LabCommands> = {}) =>
  (port: MessagePort) => {
    let run: MessagePort | null = null;
    const commands: LabCommands = {
      editRun: async () => {},
      adapter: async () => ({ kind: 'webgpu', name: 'any' }),
      estimate: async () => ({ peak: 1 }) as never,
      fitting: async () => null,
      sourceFault: async () => null,
      async start(_recipe, _compute, port) {
        run = port;
      },
      async continueRun(_name, _compute, port) {
        run = port;
      },
      async openRun(_name, port) {
        run = port;
      },
      rolloutsOf: async () => [],
      checkFork: async () => {},
      async fork(_asked, _compute, port) {
        run = port;
      },
      apply: async () => ({ type: 'apply', stage: 'grpo', step: 1, fields: {} }),
      pause() {},
      resume() {},
      step() {},
      stepPhase() {},
      checkpoint() {},
      stop: async () => run?.postMessage({ type: 'stopped' } satisfies RunMessage),
      ...given,
    };
    expose(commands, port as never);
  };
const hangs = () => new Promise<never>(() => {});

let failures: WorkerEnded[];
let client: LabClient;
const messages: RunMessage[] = [];
const start = () => client.start(recipe, 'cpu', (message) => messages.push(message));
beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker);
  FakeWorker.made = [];
  failures = [];
  messages.length = 0;
  client = new LabClient((reason) => failures.push(reason));
});
afterEach(() => {
  for (const worker of FakeWorker.made) worker.terminate();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('keeps the worker of a run that stops by itself', async () => {
  FakeWorker.serve = obedient();
  await start();
  await client.stop();
  await vi.waitFor(() => expect(messages).toEqual([{ type: 'stopped' }]));
  await start();
  expect(FakeWorker.made.map(({ terminated }) => terminated)).toEqual([false]);
});

it('applies a pause during the end of the previous run to the next run', async () => {
  const heard: string[] = [];
  const log = (name: string) => () => void heard.push(name);
  FakeWorker.serve = obedient({
    ...{ pause: log('pause'), resume: log('resume'), step: log('step'), checkpoint: log('checkpoint') },
    start: async () => void heard.push('start'),
    stop: async () => void heard.push('stop'),
  });
  await start();
  const second = start();
  client.pause();
  client.step();
  client.checkpoint();
  await second;
  await vi.waitFor(() => expect(heard).toEqual(['start', 'stop', 'start', 'pause', 'step', 'checkpoint']));
});

// retried, because another program may occupy the processor
it('ends the worker of a run that does not stop within half a second; the next run gets a fresh one', {
  retry: 3,
}, async () => {
  FakeWorker.serve = obedient({ stop: hangs });
  await start();
  const began = performance.now();
  await client.stop();
  expect(performance.now() - began).toBeLessThan(500);
  expect(FakeWorker.made[0]?.terminated).toBe(true);
  await start();
  expect([FakeWorker.made.length, failures]).toEqual([2, []]);
});

it('repeats a query of an ended worker on a fresh one', async () => {
  FakeWorker.serve = obedient({ stop: hangs, estimate: hangs });
  await start();
  const memory = client.estimate(recipe, 'cpu');
  FakeWorker.serve = obedient();
  await client.stop();
  expect(await memory).toEqual({ peak: 1 });
});

it('starts nothing if Stop comes during the end of the previous run', async () => {
  const starts = vi.fn(async () => {});
  FakeWorker.serve = obedient({ stop: hangs, start: starts });
  await start();
  const next = start();
  await client.stop();
  await next;
  expect(starts).toHaveBeenCalledTimes(1);
});

it('reports a silent worker, and gives the next run a fresh one', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  FakeWorker.serve = obedient({ start: hangs });
  const started = start().catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(BEAT_MS * MAX_MISSED);
  expect(await started).toMatch(/stopped responding.*start the run again/);
  expect(failures.map(({ cause }) => cause)).toEqual(['failed']);
  FakeWorker.serve = obedient();
  await start();
  expect(FakeWorker.made.map(({ terminated }) => terminated)).toEqual([true, false]);
});

it('notices at once that a worker has ended', async () => {
  const waiting = new Map<string, () => void>();
  vi.stubGlobal('navigator', {
    locks: { request: async (name: string, _: unknown, granted: () => void) => void waiting.set(name, granted) },
  });
  FakeWorker.serve = (port, worker) => {
    obedient()(port);
    worker.die = () => waiting.get(worker.options.name)?.();
    port.postMessage(HOLDS_LIFE);
  };
  await start();
  await vi.waitFor(() => expect(waiting.size).toBe(1));
  FakeWorker.made[0]?.die();
  await vi.waitFor(() =>
    expect(failures.map(({ message }) => message)).toEqual([expect.stringMatching(/ended unexp/)]),
  );
  await start();
  expect(FakeWorker.made).toHaveLength(2);
});

it('passes on the message of a browser that refuses workers', async () => {
  vi.stubGlobal('Worker', function refuse() {
    throw new Error('blocked by policy');
  });
  await expect(client.adapter()).rejects.toThrow(/did not load: allow scripts and workers.*\(blocked by policy\)/);
  await expect(start()).rejects.toThrow(/blocked by policy/);
});

it('distinguishes a worker that never loaded from one that failed later', async () => {
  FakeWorker.serve = () => {};
  const silent = client.adapter().catch((error: WorkerEnded) => error.cause);
  FakeWorker.made[0]?.dispatchEvent(new Event('error'));
  expect(await silent).toBe('not-loaded');
  FakeWorker.serve = obedient();
  await start();
  FakeWorker.made[1]?.dispatchEvent(Object.assign(new Event('error'), { message: 'boom' }));
  expect(failures.map(({ cause, message }) => [cause, message])).toEqual([
    ['not-loaded', expect.stringContaining('did not load')],
    ['failed', expect.stringContaining('boom')],
  ]);
});
