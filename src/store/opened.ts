/** Old GRPO steps that are read back from the journal or the recording when a screen shows them. */
import type { Groups } from '../worker/protocol';
import { lab, type OpenedStep } from './lab';

/** Steps that stay in memory after they were read. */
const KEPT = 4;

type Read = (step: number) => Promise<Groups>;

let read: Read | null = null;
/** Counts sources; answers of earlier ones are dropped. */
let turn = 0;
let reading = false;
/** Step that was asked for last, while another one is read. */
let next: number | null = null;

/** Sets the source of the run on screen; null if its steps cannot be read back. */
export function readStepsFrom(source: Read | null): void {
  turn++;
  read = source;
  reading = false;
  next = null;
  lab.setState({ opened: [] });
}

const put = (opened: OpenedStep): void =>
  lab.setState((state) => ({
    opened: [...state.opened.filter(({ step }) => step !== opened.step), opened].slice(-KEPT),
  }));

/** Reads a step, unless it is being read. Reads one at a time, so that training goes on: of several requests the last. */
export async function openStep(step: number): Promise<void> {
  const source = read;
  if (!source || lab.getState().opened.some((one) => one.step === step)) return;
  if (reading) {
    next = step;
    return;
  }
  const mine = turn;
  reading = true;
  put({ step, groups: null, fault: null });
  const found = await source(step).then(
    (groups): OpenedStep => ({ step, groups, fault: null }),
    (error: Error): OpenedStep => ({ step, groups: null, fault: error.message }),
  );
  if (mine !== turn) return;
  reading = false;
  put(found);
  const waiting = next;
  next = null;
  if (waiting !== null) await openStep(waiting);
}
