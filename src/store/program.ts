/** Checks the program of an own reward term, while a person types it and when the draft changes. */
import { type LabState, lab } from './lab';

/** The field of the draft that has the program. */
export const PROGRAM = 'reward.customSource';

/** Finds the fault of a program, with line and column; null where there is none. */
type Check = (source: string) => Promise<string | null>;

let check: Check = async () => null;
/** Grows with every check: an answer to an earlier one is no longer heard. */
let turn = 0;

/** Checks a program and keeps what was found. A check that fails finds nothing: the run itself will say what is wrong. */
export async function checkProgram(source: string): Promise<string | null> {
  const mine = ++turn;
  const fault = source.trim() === '' ? null : await check(source).catch(() => null);
  if (mine === turn) lab.setState({ checked: { source, fault } });
  return fault;
}

const sourceOf = ({ draft }: Pick<LabState, 'draft'>): string => draft.reward.customSource;

/** Checks the program of the draft whenever it changes. @returns what ends it */
export function followProgram(checks: Check): () => void {
  check = checks;
  return lab.subscribe((state, before) => {
    if (sourceOf(state) !== sourceOf(before) && sourceOf(state) !== state.checked?.source)
      void checkProgram(sourceOf(state));
  });
}

/** Fault of the draft's own term; null where it has none, has no weight, or is not checked yet. */
export function programFault({ draft, checked }: Pick<LabState, 'draft' | 'checked'>): string | null {
  return draft.reward.custom !== 0 && checked?.source === sourceOf({ draft }) ? checked.fault : null;
}

/** Longest wait for a check, ms: the worker may be busy with a run. */
const WAIT_MS = 5000;

/** The same once it is known; null where that does not come in time. */
export async function draftProgramFault(): Promise<string | null> {
  const state = lab.getState();
  if (state.draft.reward.custom === 0) return null;
  if (state.checked?.source === sourceOf(state)) return programFault(state);
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), WAIT_MS));
  return Promise.race([checkProgram(sourceOf(state)), late]);
}
