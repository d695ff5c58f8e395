/** Bounds what a hanging custom term costs a training step: the limit of one call (sandbox.ts) bounds only that call. */
import { CUSTOM_LIMITS, type CustomTerm, failed } from './term';

/** Calls of one step that may use up their limit; the calls after them are skipped. */
export const MOST_EXHAUSTED = 3;

const skipped = failed(
  `skipped, because ${MOST_EXHAUSTED} calls in this step did not end within ${CUSTOM_LIMITS.steps / 1e6} million steps`,
);

/** The term for the calls of one step. Counts calls, not time, so the same step skips the same calls on every machine. */
export function forOneStep(term: CustomTerm): CustomTerm {
  let exhausted = 0;
  return {
    evaluate(rollout) {
      if (exhausted >= MOST_EXHAUSTED) return skipped;
      const part = term.evaluate(rollout);
      if (term.exhausted()) exhausted++;
      return part;
    },
    exhausted: () => term.exhausted(),
  };
}
