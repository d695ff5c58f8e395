/** State of the run on screen, in one word. */
import type { LabState } from '../../store/lab';
import type { RunData } from '../../store/run';

export type RunState =
  | 'opening'
  | 'compiling'
  | 'training'
  | 'paused'
  | 'finished'
  | 'stopped'
  | 'recorded'
  | 'held'
  | 'failed';

interface Shown extends Pick<LabState, 'source' | 'status' | 'notices'> {
  readonly run: Pick<RunData, 'summary' | 'stage'>;
}

/** Word of a state. `held`: another tab trains the run, and this page only shows it. */
export function runState({ source, status, notices, run: { summary, stage } }: Shown): RunState {
  if (status === 'failed') return 'failed';
  if (source === 'replay') return 'recorded';
  if (notices.some(({ code }) => code === 'held')) return 'held';
  if (summary) return 'finished';
  switch (status) {
    case 'loading':
      return 'opening';
    case 'finished':
      return 'stopped';
    case 'paused':
      return 'paused';
    case 'playing':
      return stage === null || stage === 'compile' ? 'compiling' : 'training';
    default:
      return status satisfies never;
  }
}
