/** One trace in full: its tokens, and its group worked out. */
import { useState } from 'react';
import type { TracePlace } from '../../lab/traces/traceIndex';
import { showTrace } from '../../store/traces';
import { GroupDetail } from '../shared/Group';
import { useLab, useRun } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import { CollapseButton } from '../shared/Trace';
import texts from '../shared/text.module.css';
import type { LoadedStep } from './hooks';
import styles from './Reader.module.css';
import { TraceTokens } from './TraceTokens';
import type { ColorId } from './tokenColors';

interface ReaderProps {
  readonly place: TracePlace | null;
  readonly step: LoadedStep;
}

export function Reader({ place, step: { loaded, fault } }: ReaderProps) {
  const { start, changes } = useRun();
  const [color, setColor] = useState<ColorId>('logprob');
  const chosenGroup = useLab((state) => state.group);
  if (fault !== null)
    return (
      <Panel title="Trace">
        <p className={texts.empty} role="alert">
          This step cannot be read: {fault}
        </p>
      </Panel>
    );
  if (!place || !loaded || !start || loaded.event.step !== place.step)
    return (
      <Panel title="Trace">
        <p className={texts.empty}>{chosenGroup === null ? 'Choose a trace.' : 'Reading …'}</p>
      </Panel>
    );
  const { event } = loaded;
  const group = event.groups[place.group];
  const rollout = group?.rollouts[place.rollout];
  if (!group || !rollout) return <Panel title="Trace">This step has no such trace.</Panel>;
  const numbers = { rollout, updates: loaded.recipe.grpo.updates, inspection: null };
  return (
    <div className={styles.reader}>
      <Panel
        title="Trace"
        aside={
          <span className={texts.words}>
            Problem {place.group + 1} of {event.groups.length} · completion {place.rollout + 1} of{' '}
            {group.rollouts.length}
          </span>
        }
      >
        <TraceTokens
          key={`${place.step}/${place.group}/${place.rollout}`}
          place={place}
          loaded={loaded}
          numbers={numbers}
          color={color}
          onColor={setColor}
        />
      </Panel>
      <Panel title="Group" aside={<CollapseButton />}>
        <GroupDetail
          step={event}
          index={place.group}
          start={start}
          changes={changes}
          completion={place.rollout}
          onChoose={(chosen) => showTrace({ ...place, rollout: chosen })}
        />
      </Panel>
    </div>
  );
}
