/** Driver of a run: pulls events as the commands allow, and sends them in batches. It knows neither GPU nor comlink. */
import type { LabEvent } from '../lab/run/events';
import { turn } from '../turn';

/** Minimum time between two batches, ms. */
const BATCH_MS = 150;

const isStep = (event: LabEvent) => event.type === 'sft' || event.type === 'grpo';

export class Driver {
  private paused = false;
  private stopped = false;
  private stepsLeft = 0;
  private wake: () => void = () => {};

  pause(): void {
    this.paused = true;
    this.stepsLeft = 0;
  }

  resume(): void {
    this.paused = false;
    this.stepsLeft = 0;
    this.wake();
  }

  /** Takes one more step, then pauses. Three calls during a step take three more. */
  step(): void {
    this.stepsLeft = this.paused ? this.stepsLeft + 1 : 1;
    this.paused = true;
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }

  /** Runs to the end of the events or to `stop`. */
  async run(events: AsyncGenerator<LabEvent, void>, send: (batch: readonly LabEvent[]) => void): Promise<void> {
    let batch: LabEvent[] = [];
    let sent = 0;
    const flush = () => {
      if (batch.length > 0) send(batch);
      batch = [];
      sent = performance.now();
    };
    try {
      for (;;) {
        await turn();
        while (this.paused && this.stepsLeft === 0 && !this.stopped) {
          flush();
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
        }
        if (this.stopped) return;
        const { value, done } = await events.next();
        if (done) return;
        batch.push(value);
        if (isStep(value) && this.stepsLeft > 0) this.stepsLeft--;
        if (!isStep(value) || performance.now() - sent > BATCH_MS) flush();
      }
    } finally {
      flush();
      await events.return();
    }
  }
}

/** Buffers of events that postMessage may transfer instead of copy. */
export function transferables(events: readonly LabEvent[]): Transferable[] {
  const buffers = new Set<ArrayBufferLike>();
  for (const event of events)
    if (event.type === 'grpo')
      for (const { rollouts } of event.groups)
        for (const rollout of rollouts)
          for (const data of [rollout.ids, rollout.logprobs, rollout.entropies])
            if (ArrayBuffer.isView(data)) buffers.add(data.buffer);
  return [...buffers] as ArrayBuffer[];
}
