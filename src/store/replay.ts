/**
 * Plays the events of a recorded run at a readable pace. Reads each line when it is due, so that opening a long recording
 * blocks nothing. Knows no screen.
 */
import '../jitless'; // before the schemas of events, however the build splits the page
import { linesOf } from '../json';
import { EventReader } from '../lab/run/eventReader';
import { eventFromLine, type GrpoEvent, type LabEvent } from '../lab/run/events';

/** Milliseconds between two ticks. */
const TICK_MS = 125;
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
  private at = 0;
  private credit = 0;
  private speed = 1;

  private readonly lines: ReturnType<typeof linesOf>;
  private readonly reader = new EventReader();
  /** Line of each GRPO step that was played. */
  private readonly steps = new Map<number, number>();

  /**
   * @param where name of the recording in errors
   * @throws if the text has no line
   */
  constructor(
    text: string,
    where: string,
    private readonly hooks: {
      apply(events: readonly LabEvent[], finished: boolean): void;
      failed(message: string): void;
    },
  ) {
    this.lines = linesOf(text, where);
    if (this.lines.length === 0)
      throw new Error(`${where} is empty; use a file with the events of a run, one per line`);
  }

  play(): void {
    this.timer ??= setInterval(() => this.tick(), TICK_MS);
  }

  pause(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  setSpeed(speed: number): void {
    this.speed = speed;
  }

  /** Moves to the next training step. */
  step(): void {
    this.take(({ type }) => type === 'sft' || type === 'grpo');
  }

  toEnd(): void {
    this.take(() => false);
  }

  /** Groups of a step that was played. @throws if there is none */
  groupsOf(step: number): GrpoEvent['groups'] {
    const { line, where } = this.lines[this.steps.get(step) ?? -1] ?? {};
    if (line === undefined) throw new Error(`the recording has not come to GRPO step ${step}; choose another step`);
    const event = eventFromLine(line, where!);
    return event.type === 'grpo' ? event.groups : [];
  }

  private tick(): void {
    this.credit += TICK_MS * this.speed;
    if (this.credit > 0)
      this.take(({ type }) => {
        this.credit -= DURATION[type];
        return this.credit <= 0;
      });
  }

  /** Plays events up to and including the first for which `enough` is true. */
  private take(enough: (event: LabEvent) => boolean): void {
    const taken: LabEvent[] = [];
    try {
      while (this.at < this.lines.length) {
        const { line, where } = this.lines[this.at]!;
        const event = this.reader.read(line, where);
        if (event.type === 'grpo') this.steps.set(event.step, this.at);
        this.at++;
        taken.push(event);
        if (enough(event)) break;
      }
    } catch (error) {
      this.pause();
      this.hooks.failed((error as Error).message);
    }
    const finished = this.at >= this.lines.length;
    if (finished) this.pause();
    if (taken.length > 0) this.hooks.apply(taken, finished);
  }
}
