/** One trace in full: its tokens, its term in the loss, its group worked out, and what a person noted about it. */
import { Pin } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TracePlace } from '../../lab/traces/traceIndex';
import { lab, show } from '../../store/lab';
import { pinTrace, showTrace } from '../../store/traces';
import type { TracedStep } from '../../worker/traces';
import { GroupDetail } from '../shared/Group';
import { useRun } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import { CollapseButton } from '../shared/Trace';
import texts from '../shared/text.module.css';
import { type LoadedStep, useTraces } from './hooks';
import { useInspection } from './inspection';
import { useReaderKeys } from './keys';
import { Notes } from './Notes';
import { Objective } from './Objective';
import { Pinned } from './Pinned';
import styles from './Reader.module.css';
import { TraceTokens } from './TraceTokens';
import type { ColorId } from './tokenColors';

const OBJECTIVE = 'What this token adds to the loss of its step. Training moves the weights down the sum of all terms.';

/** Shows every attempt at a problem in the table. */
const showAttempts = (prompt: string) => {
  const quote = prompt.includes('"') ? "'" : '"';
  show({ traces: { ...lab.getState().traces, filter: `problem = ${quote}${prompt}${quote}`, find: '' } });
};

interface ReaderProps {
  /** No trace matches, and none is chosen by its place. */
  readonly isEmpty: boolean;
  readonly place: TracePlace | null;
  readonly step: LoadedStep;
  readonly color: ColorId;
  readonly onColor: (color: ColorId) => void;
}

const Empty = ({ children }: { readonly children: ReactNode }) => (
  <Panel title="Trace">
    <p className={texts.empty}>{children}</p>
  </Panel>
);

export function Reader({ isEmpty, place, step: { loaded, fault }, color, onColor }: ReaderProps) {
  if (isEmpty) return <Empty>No trace matches, so there is none to read.</Empty>;
  if (fault !== null) return <Empty>This step cannot be read: {fault}</Empty>;
  if (!place || !loaded || loaded.event.step !== place.step) return <Empty>Reading …</Empty>;
  if (!loaded.event.groups[place.group]?.rollouts[place.rollout]) return <Empty>This step has no such trace.</Empty>;
  return <Shown place={place} loaded={loaded} color={color} onColor={onColor} />;
}

interface ShownProps extends Pick<ReaderProps, 'color' | 'onColor'> {
  readonly place: TracePlace;
  readonly loaded: TracedStep;
}

function Shown({ place, loaded, color, onColor }: ShownProps) {
  const { start, changes } = useRun();
  const pinned = useTraces((state) => state.pinned);
  const inspected = useInspection(place);
  const { event, recipe, vocabulary } = loaded;
  const group = event.groups[place.group]!;
  const rollout = group.rollouts[place.rollout]!;
  const numbers = { rollout, updates: recipe.grpo.updates, inspection: inspected.inspection };
  useReaderKeys({ place, pinned, numbers, color, onColor });
  return (
    <div className={styles.reader}>
      <Panel
        title="Trace"
        aside={
          <>
            <span className={texts.words}>
              Problem {place.group + 1} of {event.groups.length}, completion {place.rollout + 1} of{' '}
              {group.rollouts.length}
            </span>
            <button type="button" onClick={() => pinTrace(place)}>
              <Pin size={14} aria-hidden="true" /> Pin
            </button>
          </>
        }
      >
        <TraceTokens
          key={`${place.step}/${place.group}/${place.rollout}`}
          place={place}
          loaded={loaded}
          numbers={numbers}
          color={color}
          onColor={onColor}
          inspected={inspected}
        />
      </Panel>
      {pinned && <Pinned pinned={pinned} shown={rollout} vocabulary={vocabulary} />}
      <Panel title="Objective" explanation={OBJECTIVE}>
        <Objective place={place} loaded={loaded} />
      </Panel>
      <Panel title="Notes">
        <Notes place={place} onShow={showTrace} />
      </Panel>
      {start && (
        <Panel
          title="Group"
          aside={
            <>
              <button type="button" onClick={() => showAttempts(group.prompt)}>
                All attempts at this problem
              </button>
              <CollapseButton />
            </>
          }
        >
          <GroupDetail
            step={event}
            index={place.group}
            start={start}
            changes={changes}
            completion={place.rollout}
            onChoose={(chosen) => showTrace({ ...place, rollout: chosen })}
          />
        </Panel>
      )}
    </div>
  );
}
