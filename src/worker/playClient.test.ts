/** Client of the play worker against workers that do not stop, fail, or are no longer needed. Each uses a real message channel. */
import { expose } from 'comlink';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { IDLE_MS, PlayClient } from './playClient';
import type { PlayCommands, PlayMessage, PlayRequest } from './playProtocol';

/** Worker as the page sees it. */
class FakeWorker extends EventTarget {
  static made: FakeWorker[] = [];
  static commands: Partial<PlayCommands> = {};
  private readonly outside: MessagePort;
  terminated = false;

  constructor() {
    super();
    const { port1, port2 } = new MessageChannel();
    this.outside = port1;
    port1.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent('message', { data }));
    FakeWorker.made.push(this);
    const commands: PlayCommands = {
      models: async (run) => ({ run, recipe: null, checkpoints: [], faults: [] }),
      openFolder: async (name) => ({ name, vocabulary: [], recipe: null }),
      sample: async (_, port) => port.postMessage([{ type: 'ended' }]),
      stop: async () => {},
      ...FakeWorker.commands,
    };
    expose(commands, port2 as never);
  }
  postMessage(message: unknown, transfer: Transferable[]): void {
    this.outside.postMessage(message, transfer as never);
  }
  terminate(): void {
    this.terminated = true;
    this.outside.close();
  }
}

const request = {} as PlayRequest;
let client: PlayClient;
let seen: PlayMessage[];
const sample = () => client.sample(request, (batch) => seen.push(...batch));
const worker = (i: number) => FakeWorker.made[i]!;
beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker);
  FakeWorker.made = [];
  FakeWorker.commands = {};
  client = new PlayClient();
  seen = [];
});
afterEach(() => {
  for (const one of FakeWorker.made) one.terminate();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('samples to the end, and keeps its worker', async () => {
  await sample();
  await sample();
  expect(seen).toEqual([{ type: 'ended' }, { type: 'ended' }]);
  expect(await client.ask((commands) => commands.models('a'))).toMatchObject({ run: 'a' });
  expect(FakeWorker.made).toHaveLength(1);
});

it('shows nothing after a stop, and ends a worker that does not stop in time', async () => {
  let port: MessagePort | null = null;
  FakeWorker.commands = {
    async sample(_, given) {
      port = given;
    },
    stop: () => new Promise<never>(() => {}),
  };
  const sampling = sample();
  await vi.waitFor(() => expect(port).not.toBeNull());
  const stopping = client.stop();
  port!.postMessage([{ type: 'pace', tokens: 1, seconds: 1 }]);
  await Promise.all([stopping, sampling]);
  expect(seen).toEqual([]);
  expect(worker(0).terminated).toBe(true);
  FakeWorker.commands = {};
  await sample();
  expect([seen, FakeWorker.made.length]).toEqual([[{ type: 'ended' }], 2]);
});

it('reports a worker that fails, and the next sampling has a fresh one', async () => {
  FakeWorker.commands = { sample: async () => {} };
  const sampling = sample();
  await client.ask((commands) => commands.models('a'));
  worker(0).dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }));
  await expect(sampling).rejects.toThrow(
    'the worker of the Playground failed: try again, a fresh worker is used (out of memory)',
  );
  FakeWorker.commands = {};
  await sample();
  expect(FakeWorker.made).toHaveLength(2);
});

it('frees the memory of a Playground that was left a while ago, not of one that is on screen again', async () => {
  await sample();
  vi.useFakeTimers();
  client.leave();
  vi.advanceTimersByTime(IDLE_MS - 1);
  client.enter();
  vi.advanceTimersByTime(IDLE_MS);
  expect(worker(0).terminated).toBe(false);
  client.leave();
  vi.advanceTimersByTime(IDLE_MS);
  expect(worker(0).terminated).toBe(true);
});
