/** Group of completions of one problem, worked out: prompt, figures of the chosen one, all around their mean, and the reasons. */
import { useMemo } from 'react';
import { drawGroup } from '../../lab/run/draw';
import type { GrpoEvent, StartEvent } from '../../lab/run/events';
import { recipeAt, trainedOptions, type WorkedOptions, workedOut } from '../../lab/run/workedOut';
import { show } from '../../store/lab';
import type { RunData } from '../../store/run';
import type { GrpoStep } from '../../train/grpo';
import { Completions } from './Completions';
import { Figures, Switches } from './Figures';
import styles from './Group.module.css';
import { type ShownStep, useLab, useShownStep } from './hooks';
import { flawsOf } from './judgement';
import { Picture } from './Picture';
import { Reasons } from './Reasons';
import { noGroupReason } from './runWords';
import texts from './text.module.css';

interface GroupDetailProps {
  readonly step: GrpoStep;
  /** Position of the group in the step. */
  readonly index: number;
  readonly start: StartEvent;
  readonly changes: RunData['changes'];
  /** Position of the chosen completion, where the view chooses; otherwise the store does. */
  readonly completion?: number;
  readonly onChoose?: (completion: number) => void;
}

const choose = (rollout: number) => show({ rollout });

/** Shows the numbers under other options. Those of the run need no place in the address. */
function change(next: WorkedOptions, own: WorkedOptions): void {
  const { scaleRewards, lengthDivisor } = next;
  show({
    worked: {
      ...(scaleRewards !== own.scaleRewards && { scaleRewards }),
      ...(lengthDivisor !== own.lengthDivisor && { lengthDivisor }),
    },
  });
}

export function GroupDetail({ step, index, start, changes, completion, onChoose = choose }: GroupDetailProps) {
  const changed = useLab((state) => state.worked);
  const recipe = useMemo(() => recipeAt(start.recipe, changes, step.step), [start, changes, step.step]);
  const group = step.groups[index]!;
  const stored = useLab((state) => state.rollout);
  const chosen = Math.min(completion ?? stored, group.rollouts.length - 1);
  const rollout = group.rollouts[chosen]!;
  const picture = useMemo(() => drawGroup(group, rollout.text), [group, rollout.text]);
  const own = useMemo(() => trainedOptions(recipe), [recipe]);
  const options = useMemo(() => ({ ...own, ...changed }), [own, changed]);
  const trained = useMemo(() => workedOut(step, index, recipe, own), [step, index, recipe, own]);
  const worked = useMemo(() => workedOut(step, index, recipe, options), [step, index, recipe, options]);
  return (
    <>
      <p className={styles.prompt} data-testid="prompt">
        <code>{group.prompt}</code> <span>Answer: {group.answer}</span>
      </p>
      <Figures
        worked={worked}
        completion={worked.completions[chosen]!}
        trained={trained.completions[chosen]!}
        options={options}
        trainedOptions={own}
        recipe={recipe}
        metrics={step.metrics}
      />
      <Completions rollouts={group.rollouts} worked={worked} start={start} chosen={chosen} onChoose={onChoose} />
      <Switches options={options} trainedOptions={own} recipe={recipe} onChange={(next) => change(next, own)} />
      <Reasons group={group} rollout={rollout} />
      {picture && <Picture picture={picture} flaws={flawsOf(rollout)} />}
    </>
  );
}

/** Words for an old step without rollouts: they are being read, cannot be read, or were not stored. */
function oldStepWords({ shown, reading, fault }: ShownStep & { readonly shown: GrpoEvent }): string {
  if (fault !== null) return `The rollouts of step ${shown.step} cannot be read: ${fault}.`;
  if (reading) return `Reading step ${shown.step} …`;
  return 'This run is not stored, so only its late steps keep their rollouts. The charts keep the numbers of every step.';
}

/** Reason for an empty place where a group would be. */
export function NoGroup() {
  const step = useShownStep();
  const source = useLab((state) => state.source);
  const status = useLab((state) => state.status);
  const { run, shown } = step;
  return (
    <p className={texts.empty} role="status">
      {shown ? oldStepWords({ ...step, shown }) : noGroupReason(run, { source, status })}
    </p>
  );
}
