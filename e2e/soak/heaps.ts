/** Memory of a page and of its worker, after garbage collection. */
import type { CDPSession, Page } from 'playwright-core';

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize?: number;
}

const bytesOf = ({ usedSize, backingStorageSize = 0 }: HeapUsage): number => usedSize + backingStorageSize;

/** DevTools session of the page's worker, within the session of the page. */
class WorkerSession {
  private next = 1;
  private readonly waiting = new Map<number, (result: unknown) => void>();

  constructor(
    private readonly cdp: CDPSession,
    private readonly sessionId: string,
  ) {
    cdp.on('Target.receivedMessageFromTarget', ({ sessionId: from, message }) => {
      if (from !== this.sessionId) return;
      const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
      if (id !== undefined) this.waiting.get(id)?.(result);
    });
  }

  async send(method: string): Promise<unknown> {
    const id = this.next++;
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    await this.cdp.send('Target.sendMessageToTarget', {
      sessionId: this.sessionId,
      message: JSON.stringify({ id, method, params: {} }),
    });
    return answer;
  }
}

export interface Heaps {
  /** Bytes of the page's heap and of the worker's, array buffers included. */
  measure(): Promise<{ readonly page: number; readonly worker: number }>;
}

/** Opens the sessions; the page must have its worker already. */
export async function openHeaps(page: Page): Promise<Heaps> {
  const cdp = await page.context().newCDPSession(page);
  const attached = new Promise<string>((resolve) => {
    cdp.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') resolve(sessionId);
    });
  });
  await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const worker = new WorkerSession(cdp, await attached);
  return {
    async measure() {
      await cdp.send('HeapProfiler.collectGarbage');
      await worker.send('HeapProfiler.collectGarbage');
      const ofPage = (await cdp.send('Runtime.getHeapUsage')) as HeapUsage;
      const ofWorker = (await worker.send('Runtime.getHeapUsage')) as HeapUsage;
      return { page: bytesOf(ofPage), worker: bytesOf(ofWorker) };
    },
  };
}
