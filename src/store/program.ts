/** Checks the program of the custom reward term while the user types it and when the draft changes. */
import { type LabState, lab } from './lab';

/** Path of the program in the draft. */
export const PROGRAM = 'reward.customSource';

/** Finds the fault of a program, with line and column, or null. */
type Check = (source: string) => Promise<string | null>;

let check: Check = async () => null;
/** Counts checks; answers to earlier ones are ignored. */
let turn = 0;

/** Checks a program and stores the result. If the check itself fails, there is no fault: the run will report it. */
export async function checkProgram(source: string): Promise<string | null> {
  const mine = ++turn;
  const fault = source.trim() === '' ? null : await check(source).catch(() => null);
  if (mine === turn) lab.setState({ checked: { source, fault } });
  return fault;
}

const sourceOf = ({ draft }: Pick<LabState, 'draft'>): string => draft.reward.customSource;

/** Checks the program of the draft whenever it changes. @returns function that ends this */
export function followProgram(checks: Check): () => void {
  check = checks;
  return lab.subscribe((state, before) => {
    if (sourceOf(state) !== sourceOf(before) && sourceOf(state) !== state.checked?.source)
      void checkProgram(sourceOf(state));
  });
}

/** Fault of the draft's custom term; null if it has none, has no weight, or is not checked yet. */
export function programFault({ draft, checked }: Pick<LabState, 'draft' | 'checked'>): string | null {
  return draft.reward.custom !== 0 && checked?.source === sourceOf({ draft }) ? checked.fault : null;
}

/** Longest wait for a check, ms: the worker may be busy with a run. */
const WAIT_MS = 5000;

/** Waits for the check, then returns the fault; null if the check is late. */
export async function draftProgramFault(): Promise<string | null> {
  const state = lab.getState();
  if (state.draft.reward.custom === 0) return null;
  if (state.checked?.source === sourceOf(state)) return programFault(state);
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), WAIT_MS));
  return Promise.race([checkProgram(sourceOf(state)), late]);
}
