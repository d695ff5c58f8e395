/**
 * Plays the events of a recorded run at a readable pace. Lines are read when their time comes, so that opening a long
 * recording costs no long task. Knows no screen.
 */
import { linesOf } from '../json';
import { EventReader } from '../lab/run/eventReader';
import type { LabEvent } from '../lab/run/events';

/** Milliseconds between two looks at the clock. */
const TICK_MS = 125;
/** Milliseconds that an event takes on screen at speed 1. */
const DURATION: Readonly<Record<LabEvent['type'], number>> = {
  start: 0,
  stage: 400,
  sft: 12,
  evaluation: 600,
  curation: 600,
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

  /**
   * @param where names the recording in the error of a line that does not fit
   * @throws where there is no line
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
    if (this.lines.length === 0) throw new Error(`${where} is empty: it has to hold the events of a run, one a line`);
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

  /** To the next step of training. */
  step(): void {
    this.take(({ type }) => type === 'sft' || type === 'grpo');
  }

  toEnd(): void {
    this.take(() => false);
  }

  private tick(): void {
    this.credit += TICK_MS * this.speed;
    if (this.credit > 0)
      this.take(({ type }) => {
        this.credit -= DURATION[type];
        return this.credit <= 0;
      });
  }

  /** Takes events up to and with the first that is enough. */
  private take(enough: (event: LabEvent) => boolean): void {
    const taken: LabEvent[] = [];
    try {
      while (this.at < this.lines.length) {
        const { line, where } = this.lines[this.at]!;
        const event = this.reader.read(line, where);
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
