/** Group of one problem on Train: of the chosen step, or of the latest. */
import { show } from '../../store/lab';
import { explanations } from '../shared/explanations';
import { GroupDetail, NoGroup } from '../shared/Group';
import { Help } from '../shared/Help';
import { shownGroup, useLab, useShownStep } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import { CollapseButton } from '../shared/Trace';
import { BeforeGroup } from './BeforeGroup';

/** Without a choice, shows the group with the widest reward spread. */
export function LatestGroup() {
  const { run, shown } = useShownStep();
  const chosenStep = useLab((state) => state.step);
  const chosenGroup = useLab((state) => state.group);
  const index = shown ? shownGroup(shown, chosenGroup) : 0;
  const group = shown?.groups[index];
  const Waiting = shown ? NoGroup : BeforeGroup;
  const which = chosenGroup === null ? 'most varied group' : `group ${index + 1}`;
  return (
    <Panel
      title={chosenStep === null ? 'Latest group' : 'Chosen step'}
      explanation={explanations.advantage}
      aside={
        shown && (
          <>
            {chosenStep !== null && chosenStep > run.grpo.last!.step && `step ${chosenStep} hasn’t run yet; `}
            step {shown.step}, {which}
            {chosenStep !== null && (
              <button type="button" onClick={() => show({ step: null, group: null })}>
                Latest
              </button>
            )}
            <CollapseButton />
            <Help text={explanations.parts} about="the bar of each completion" />
          </>
        )
      }
    >
      {shown && group && run.start ? (
        <GroupDetail step={shown} index={index} start={run.start} changes={run.changes} />
      ) : (
        <Waiting />
      )}
    </Panel>
  );
}
