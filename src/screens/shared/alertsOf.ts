/** Alerts of the run on screen: its log, the alerts that a person dismissed, and the way to the trace behind one. */
import type { AlertRun } from '../../lab/run/alerts/alert';
import { traceOf } from '../../lab/run/alerts/alert';
import { AlertLog, type Raised } from '../../lab/run/alerts/log';
import { recipeAt } from '../../lab/run/workedOut';
import { ALL_TRACES } from '../../lab/traces/query';
import { lab, show } from '../../store/lab';
import { openStep } from '../../store/opened';
import type { RunData } from '../../store/run';

/** A run as the alerts read it. */
function alertRun(run: RunData, start: NonNullable<RunData['start']>): AlertRun {
  let [recipe, applied] = [start.recipe, 0];
  return {
    vocabulary: start.vocabulary.length,
    sft: run.sft,
    get length() {
      return run.grpo.length;
    },
    metric: (i, name) => run.grpo.metricAt(i, name),
    recipeAt(i) {
      const step = run.grpo.stepAt(i);
      const before = run.changes.filter((change) => change.stage === 'sft' || change.step < step).length;
      if (before !== applied) [recipe, applied] = [recipeAt(start.recipe, run.changes, step), before];
      return recipe;
    },
    evaluations: run.evaluations,
  };
}

interface Kept {
  log: AlertLog;
  readonly start: RunData['start'];
  /** First step of the dismissed episode, by code. */
  readonly dismissed: Map<string, number>;
}

const kept = new WeakMap<RunData, Kept>();

/** Log of a run; a new one where the run begins again or continues from an earlier step. */
function keptOf(run: RunData, start: NonNullable<RunData['start']>): Kept {
  const found = kept.get(run);
  if (found && found.start === start && !found.log.isBehind()) return found;
  const made = {
    log: new AlertLog(alertRun(run, start)),
    start,
    dismissed: found?.dismissed ?? new Map<string, number>(),
  };
  kept.set(run, made);
  return made;
}

/** Good news and notes are gone once they do not hold; a warning that has ended can still be looked at. */
const isWorthShowing = ({ record, lasts }: Raised): boolean =>
  lasts || record.kind === 'warning' || record.kind === 'error';

/** Alerts that a person has not dismissed. A dismissed one comes back only while a later episode lasts. */
export function alertsOf(run: RunData): readonly Raised[] {
  if (!run.start) return [];
  const { log, dismissed } = keptOf(run, run.start);
  return log.update(run.grpo.firstStep ?? 1).filter((one) => {
    const before = dismissed.get(one.record.code);
    return isWorthShowing(one) && (before === undefined || (one.lasts && one.from > before));
  });
}

export function dismiss(run: RunData, raised: Raised): void {
  kept.get(run)?.dismissed.set(raised.record.code, raised.from);
}

/** Groups of a step: from memory, or read back. Null where they cannot be read, or another step was chosen meanwhile. */
async function groupsOf(run: RunData, step: number) {
  const { groups = [] } = run.grpo.event(step) ?? {};
  if (groups.length > 0) return groups;
  void openStep(step);
  return new Promise<typeof groups | null>((resolve) => {
    const look = () => {
      const state = lab.getState();
      const found = state.opened.find((one) => one.step === step);
      if (state.run === run && state.step === step && !found?.groups && !found?.fault) return false;
      resolve(state.run === run ? (found?.groups ?? null) : null);
      return true;
    };
    if (look()) return;
    const unsubscribe = lab.subscribe(() => look() && unsubscribe());
  });
}

/** Opens the step of an alert, and the trace that shows it best. */
export async function showTrace(run: RunData, { record, values, to }: Raised): Promise<void> {
  show({ screen: 'traces', step: to, group: null, rollout: 0, token: null, traces: ALL_TRACES });
  const groups = await groupsOf(run, to);
  const place = groups && traceOf(record, values, groups);
  if (place && lab.getState().step === to) show(place);
}
