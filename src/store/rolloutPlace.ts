/** Place of the rollouts of the run on screen, for a worker that reads all of them (src/worker/rolloutSource.ts). */
import type { LabEvent } from '../lab/run/events';
import type { RolloutPlace } from '../worker/rolloutSource';
import type { LabState } from './lab';
import { RECORDING } from './recording';
import type { RunData } from './run';

/** Number of each unstored run that was on screen. */
const numbers = new WeakMap<RunData, number>();
let last = 0;

function numberOf(run: RunData): number {
  const number = numbers.get(run) ?? ++last;
  numbers.set(run, number);
  return number;
}

/** @returns null before the run has its first event */
export function rolloutPlace({
  source,
  runName,
  run,
}: Pick<LabState, 'source' | 'runName' | 'run'>): RolloutPlace | null {
  if (source === 'replay') return { kind: 'recording', url: new URL(RECORDING, location.href).href };
  if (runName !== null) return { kind: 'stored', name: runName };
  return source === 'live' && run.start ? { kind: 'unstored', id: numberOf(run) } : null;
}

/** Events of an unstored run that a worker does not have yet: the start, steps in memory, and the changes between them. */
export class UnstoredEvents {
  private hasStart = false;
  private step = 0;
  private changes = 0;

  next({ start, grpo, changes }: RunData): LabEvent[] {
    const events: LabEvent[] = [];
    if (!start) return events;
    if (!this.hasStart) events.push(start);
    this.hasStart = true;
    for (const step of grpo.recent) {
      if (step.step <= this.step) continue;
      const before = changes.findIndex((change) => change.stage === 'grpo' && change.step >= step.step);
      const end = before < 0 ? changes.length : before;
      events.push(...changes.slice(this.changes, end), step);
      this.changes = Math.max(this.changes, end);
      this.step = step.step;
    }
    return events;
  }
}
