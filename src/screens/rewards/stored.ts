/** The step on screen as a what-if reads it. */
import type { StoredStep } from '../../lab/play/storedSteps';
import type { GrpoEvent } from '../../lab/run/events';

/** Without the numbers of tokens, which a reward does not read. */
export const storedStepOf = ({ step, groups }: GrpoEvent): StoredStep => ({
  step,
  groups: groups.map(({ prompt, answer, task, rollouts }) => ({
    ...{ prompt, answer, task },
    rollouts: rollouts.map(({ ids, text, ended, correct, verdict, partial, measures, reward, advantage }) => ({
      ...{ ids, text, ended, correct, verdict, partial, reward, advantage },
      ...(measures && { measures }),
    })),
  })),
});
