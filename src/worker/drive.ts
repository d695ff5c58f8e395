/**
 * Driver of a run: pulls events as the commands allow, and sends them in batches. A pause of a stored run takes a checkpoint:
 * the driver pulls on to the step boundary, and the run waits there. It knows neither GPU nor comlink.
 */
import type { GrpoEvent, LabEvent } from '../lab/run/events';
import type { GrpoPhase } from '../train/grpoPhase';
import { turn } from '../turn';
import type { ShownPhase } from './protocol';

/** Minimum time between two batches, ms. */
const BATCH_MS = 150;

const isStep = (event: LabEvent) => event.type === 'sft' || event.type === 'grpo';

type Send = (batch: readonly LabEvent[]) => void;

export class Driver {
  /** True if the run takes checkpoints. */
  saves = false;
  /** `pausing`: the run waits after its next checkpoint. `holding`: it waits before the next event, without a checkpoint. */
  private mode: 'running' | 'pausing' | 'holding' = 'running';
  private stepsLeft = 0;
  /** Phases that the run may still take, while it goes phase by phase; null while it does not. */
  private phasesLeft: number | null = null;
  /** True if the page wants a checkpoint. */
  private asked = false;
  /** True while the storage is full. */
  private full = false;
  /** Reason for which the device is lost; null while it is not. */
  private loss: string | null = null;
  /** True between the steps of a stage, where checkpoints are possible. */
  private inSteps = false;
  private readonly stopping = new AbortController();
  private wake: () => void = () => {};
  private flush: () => void = () => {};

  pause(): void {
    if (this.mode === 'running' || this.phasesLeft !== null) this.mode = this.saves ? 'pausing' : 'holding';
    this.stepsLeft = 0;
    this.phasesLeft = null;
    this.wake();
  }

  resume(): void {
    this.mode = 'running';
    this.stepsLeft = 0;
    this.phasesLeft = null;
    this.full = false;
    this.wake();
  }

  /** Takes one more step, then pauses without a checkpoint. Three calls during a step take three more. */
  step(): void {
    this.stepsLeft = this.mode === 'running' ? 1 : this.stepsLeft + 1;
    this.mode = 'holding';
    this.phasesLeft = null;
    this.full = false;
    this.wake();
  }

  /** Runs to the end of the next phase of a GRPO step, then waits within the step. In SFT it takes one step. */
  stepPhase(): void {
    this.phasesLeft = (this.phasesLeft ?? 0) + 1;
    this.mode = 'holding';
    this.stepsLeft = 0;
    this.full = false;
    this.wake();
  }

  /** True while the run goes phase by phase. */
  readonly wantsPhases = (): boolean => this.phasesLeft !== null;

  /** Called after each phase of such a run; the step waits. After `update` the step ends, and the run waits behind it. */
  async phaseEnded({ phase }: Pick<GrpoPhase, 'phase'>): Promise<void> {
    if (this.phasesLeft !== null) this.phasesLeft = Math.max(0, this.phasesLeft - 1);
    if (phase !== 'update') await this.until(() => this.phasesLeft !== 0);
  }

  /** Takes a checkpoint at the next step boundary. A run that holds goes on to that boundary. */
  checkpoint(): void {
    if (!this.saves) return;
    if (this.mode === 'holding' && this.stepsLeft === 0) {
      this.mode = 'pausing';
      this.phasesLeft = null;
    } else if (this.mode !== 'pausing') this.asked = true;
    this.wake();
  }

  stop(): void {
    this.stopping.abort();
    this.wake();
  }

  /** Aborted by `stop`. */
  get stopped(): AbortSignal {
    return this.stopping.signal;
  }

  /** Ends a wait with an error, because the device is lost. */
  lose(reason: string): void {
    this.loss = reason;
    this.wake();
  }

  get isPlaying(): boolean {
    return this.mode === 'running';
  }

  /** True if the run should take a checkpoint at the next step boundary. */
  readonly wanted = (): boolean => this.mode === 'pausing' || this.asked;

  /** Called after each checkpoint. Waits while the run is paused. */
  async saved(): Promise<void> {
    this.asked = false;
    await this.until(() => this.mode !== 'pausing');
  }

  /** Waits until there is storage again, `resume`, `step` or `stop`. */
  async waitForRoom(): Promise<void> {
    this.full = true;
    await this.until(() => !this.full);
  }

  /** Reports that there is storage again. */
  hasRoom(): void {
    this.full = false;
    this.wake();
  }

  private async until(ready: () => boolean): Promise<void> {
    while (!ready() && !this.stopped.aborted) {
      this.flush();
      if (this.loss !== null) throw new Error(this.loss);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private get holds(): boolean {
    if (this.stepsLeft > 0 || this.phasesLeft) return false;
    return this.mode === 'holding' || (this.mode === 'pausing' && !this.inSteps);
  }

  /** Runs to the end of the events or to `stop`. A stored run that is stopped ends its step and takes a checkpoint. */
  async run(events: AsyncGenerator<LabEvent, void>, send: Send): Promise<void> {
    let batch: LabEvent[] = [];
    let sent = 0;
    this.flush = () => {
      if (batch.length > 0) send(batch);
      batch = [];
      sent = performance.now();
    };
    this.loss = null;
    this.inSteps = false;
    // a continuation after a lost device has the checkpoint of the pause
    if (this.mode === 'pausing') this.mode = 'holding';
    try {
      for (;;) {
        await turn();
        await this.until(() => !this.holds);
        if (this.stopped.aborted && !(this.saves && this.inSteps)) return;
        const { value, done } = await events.next();
        if (done) return;
        batch.push(value);
        if (value.type === 'stage') this.inSteps = value.stage === 'sft' || value.stage === 'grpo';
        else if (value.type === 'resume') this.inSteps = value.step > 0;
        if (isStep(value) && this.stepsLeft > 0) this.stepsLeft--;
        // a step that began before the first phase was asked for, or one of SFT
        if (isStep(value) && this.phasesLeft) this.phasesLeft--;
        if (!isStep(value) || performance.now() - sent > BATCH_MS) this.flush();
      }
    } finally {
      this.flush();
      await events.return();
    }
  }
}

/** Groups without the numbers that only other programs read. */
export const groupsForPage = (groups: GrpoEvent['groups']): GrpoEvent['groups'] =>
  groups.map((group) => ({
    ...group,
    rollouts: group.rollouts.map(({ sampler_logprobs: _, ratios: __, kls: ___, clipped: ____, ...rollout }) => rollout),
  }));

/** Phase without the numbers that only other programs read. */
export const phaseForPage = ({ phase, step, groups }: GrpoPhase): ShownPhase => ({
  phase,
  step,
  groups: groups.map(({ rollouts, ...problem }) => ({
    ...problem,
    rollouts: rollouts.map(({ ids, text, ended, ...known }) => ({
      ...{ ids, text, ended },
      ...('reward' in known && { reward: known.reward, parts: known.parts, correct: known.correct }),
      ...('advantage' in known && { advantage: known.advantage }),
    })),
  })),
});

/** Event without the numbers that only other programs read. */
export const forPage = (event: LabEvent): LabEvent =>
  event.type === 'grpo' ? { ...event, groups: groupsForPage(event.groups) } : event;

/** Buffers of groups that postMessage may transfer instead of copy. */
export function buffersOf(groups: GrpoEvent['groups']): ArrayBuffer[] {
  const buffers = new Set<ArrayBufferLike>();
  for (const { rollouts } of groups)
    for (const rollout of rollouts)
      for (const data of [rollout.ids, rollout.logprobs, rollout.entropies])
        if (ArrayBuffer.isView(data)) buffers.add(data.buffer);
  return [...buffers] as ArrayBuffer[];
}

/** Buffers of events that postMessage may transfer instead of copy. */
export const transferables = (events: readonly LabEvent[]): Transferable[] => [
  ...new Set(events.flatMap((event) => (event.type === 'grpo' ? buffersOf(event.groups) : []))),
];
