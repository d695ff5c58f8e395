/** Memory of a page and of its worker, after garbage collection: data, and the code that the engine of the browser compiles. */
import type { CDPSession, Page } from 'playwright-core';

/** Bytes of a heap. */
export interface Heap {
  /** Everything but code: objects, strings, array buffers, nodes of the document. */
  readonly data: number;
  /** Compiled code and what belongs to it. It grows until each function is compiled in its fastest form. */
  readonly code: number;
}

interface Snapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly [readonly string[]] };
  };
  readonly nodes: readonly number[];
}

function heapOf(text: string): Heap {
  const { snapshot, nodes } = JSON.parse(text) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let [data, code] = [0, 0];
  for (let at = 0; at < nodes.length; at += fields.length)
    if (types[0][nodes[at + type]!] === 'code') code += nodes[at + size]!;
    else data += nodes[at + size]!;
  return { data, code };
}

/** DevTools session of a page or of its worker. */
interface Session {
  send(method: string): Promise<unknown>;
  /** Text of the snapshot since the last call. */
  taken(): string;
}

const CHUNK = 'HeapProfiler.addHeapSnapshotChunk';

function pageSession(cdp: CDPSession): Session {
  let text = '';
  cdp.on(CHUNK, ({ chunk }) => {
    text += chunk;
  });
  const taken = () => {
    const whole = text;
    text = '';
    return whole;
  };
  return { send: (method) => cdp.send(method as 'HeapProfiler.takeHeapSnapshot'), taken };
}

interface WorkerMessage {
  readonly id?: number;
  readonly result?: unknown;
  readonly method?: string;
  readonly params?: { readonly chunk: string };
}

/** Session of the worker, within the session of the page. */
function workerSession(cdp: CDPSession, sessionId: string): Session {
  let text = '';
  let next = 1;
  const waiting = new Map<number, (result: unknown) => void>();
  cdp.on('Target.receivedMessageFromTarget', (received) => {
    if (received.sessionId !== sessionId) return;
    const { id, result, method, params } = JSON.parse(received.message) as WorkerMessage;
    if (method === CHUNK) text += params!.chunk;
    if (id !== undefined) waiting.get(id)?.(result);
  });
  return {
    async send(method) {
      const id = next++;
      const answer = new Promise((resolve) => waiting.set(id, resolve));
      const message = JSON.stringify({ id, method, params: {} });
      await cdp.send('Target.sendMessageToTarget', { sessionId, message });
      return answer;
    },
    taken() {
      const whole = text;
      text = '';
      return whole;
    },
  };
}

async function measureHeap(session: Session): Promise<Heap> {
  await session.send('HeapProfiler.takeHeapSnapshot'); // collects garbage first
  return heapOf(session.taken());
}

export interface Heaps {
  measure(): Promise<{ readonly page: Heap; readonly worker: Heap }>;
}

/** Opens the sessions; the page must have its worker already. */
export async function openHeaps(page: Page): Promise<Heaps> {
  const cdp = await page.context().newCDPSession(page);
  const attached = new Promise<string>((resolve) => {
    cdp.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker' && targetInfo.url.includes('/worker-')) resolve(sessionId);
    });
  });
  await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const ofPage = pageSession(cdp);
  const ofWorker = workerSession(cdp, await attached);
  return {
    measure: async () => ({ page: await measureHeap(ofPage), worker: await measureHeap(ofWorker) }),
  };
}
