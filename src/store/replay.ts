/**
 * Plays the events of a recorded run at a readable pace. Reads each line when it is due and keeps none, so that a long
 * recording neither blocks the page nor fills its memory. Knows no screen.
 */
import '../jitless'; // before the schemas of events, however the build splits the page
import { EventReader } from '../lab/run/eventReader';
import { eventFromLine, type GrpoEvent, type LabEvent } from '../lab/run/events';
import { type RecordedLine, type RecordedPlace, recordedLines, recordedText } from '../lab/run/recordedLines';
import { turn } from '../turn';

/** Milliseconds between two ticks. */
const TICK_MS = 125;
/** Work between two turns of the event loop, ms: less than a frame, because it shares the thread with the screen. */
const WORK_MS = 12;
/** Duration of each event on screen at speed 1, in milliseconds: the first thoughts of 300 steps of SFT come within 3 seconds. */
const DURATION: Readonly<Record<LabEvent['type'], number>> = {
  start: 0,
  resume: 400,
  stage: 200,
  sft: 4,
  evaluation: 300,
  curation: 600,
  apply: 0,
  grpo: 375,
  end: 0,
};

export class Replay {
  private timer: ReturnType<typeof setInterval> | null = null;
  private credit = 0;
  private speed = 1;

  private readonly lines: AsyncGenerator<RecordedLine, void>;
  /** Next line; null before the first look, and after the last line. */
  private next: RecordedLine | null = null;
  private hasBegun = false;
  private fault: string | null = null;
  private readonly reader = new EventReader();
  /** Place of each GRPO step that was played. */
  private readonly steps = new Map<number, RecordedPlace>();

  /** The last request for events. They are served one after another. */
  private taking: Promise<void> = Promise.resolve();
  /** Requests that are not served yet. */
  private waiting = 0;
  /** Counts pauses: a request that began before ends. */
  private pauses = 0;

  /**
   * @param recording its bytes, which the browser keeps outside the heap of the page
   * @param where name of the recording in errors
   */
  constructor(
    private readonly recording: Blob,
    where: string,
    private readonly hooks: {
      apply(events: readonly LabEvent[], finished: boolean): void;
      failed(message: string): void;
    },
  ) {
    this.lines = recordedLines(recording, where);
  }

  play(): void {
    this.timer ??= setInterval(() => this.tick(), TICK_MS);
  }

  pause(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.pauses++;
  }

  setSpeed(speed: number): void {
    this.speed = speed;
  }

  /** Moves to the next training step. */
  step(): Promise<void> {
    return this.take(({ type }) => type === 'sft' || type === 'grpo');
  }

  toEnd(): Promise<void> {
    return this.take(() => false);
  }

  /** Groups of a step that was played. @throws if there is none */
  async groupsOf(step: number): Promise<GrpoEvent['groups']> {
    const place = this.steps.get(step);
    if (!place) throw new Error(`the recording has not come to GRPO step ${step}; choose another step`);
    const event = eventFromLine(await recordedText(this.recording, place), place.where);
    return event.type === 'grpo' ? event.groups : [];
  }

  private tick(): void {
    this.credit += TICK_MS * this.speed;
    if (this.credit > 0 && this.waiting === 0)
      void this.take(({ type }) => {
        this.credit -= DURATION[type];
        return this.credit <= 0;
      });
  }

  /** Plays events up to and including the first for which `enough` is true. A pause ends it. */
  private take(enough: (event: LabEvent) => boolean): Promise<void> {
    const { pauses } = this;
    this.waiting++;
    this.taking = this.taking.then(async () => {
      while (pauses === this.pauses && (await this.takeSome(enough))) await turn();
      this.waiting--;
    });
    return this.taking;
  }

  /** Plays events for a moment. @returns true if more should follow */
  private async takeSome(enough: (event: LabEvent) => boolean): Promise<boolean> {
    const taken: LabEvent[] = [];
    const end = performance.now() + WORK_MS;
    let isEnough = false;
    try {
      if (this.fault !== null) throw new Error(this.fault);
      if (!this.hasBegun) await this.readOn();
      while (this.next && !isEnough && performance.now() < end) {
        const { text, ...place } = this.next;
        const event = this.reader.read(text, place.where);
        if (event.type === 'grpo') this.steps.set(event.step, place);
        taken.push(event);
        isEnough = enough(event);
        await this.readOn();
      }
    } catch (error) {
      this.fault = (error as Error).message;
    }
    const finished = this.fault === null && this.next === null;
    if (finished || this.fault !== null) this.pause();
    if (taken.length > 0) this.hooks.apply(taken, finished);
    if (this.fault !== null) this.hooks.failed(this.fault);
    return !isEnough && !finished && this.fault === null;
  }

  private async readOn(): Promise<void> {
    this.hasBegun = true;
    this.next = (await this.lines.next()).value ?? null;
  }
}
