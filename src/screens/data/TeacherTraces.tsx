/** Traces that teach a problem in SFT, one of each kind. */
import { useMemo } from 'react';
import { type Problem, type Task, type TraceKind, traceKinds } from '../../tasks/task';
import { Tokenizer } from '../../text/tokenizer';
import { Panel } from '../shared/Panel';
import { CollapseButton, Trace } from '../shared/Trace';
import styles from './TeacherTraces.module.css';

const KINDS: Readonly<Record<TraceKind, string>> = {
  short: 'answers directly',
  long: 'thinks step by step',
  mend: 'makes a mistake, notices it and fixes it',
};

const tokenizer = new Tokenizer();

interface TeacherTracesProps {
  readonly task: Task;
  readonly problem: Problem;
  readonly level: number;
}

export function TeacherTraces({ task, problem, level }: TeacherTracesProps) {
  const traces = useMemo(
    () =>
      task
        .traces(problem)
        // own problems repeat a simpler trace for a kind that they lack
        .filter(({ completion }, i, all) => all.findIndex((one) => one.completion === completion) === i)
        .map(({ kind, completion }) => ({ kind, ids: tokenizer.completion(completion) }))
        .sort((a, b) => traceKinds.indexOf(a.kind) - traceKinds.indexOf(b.kind)),
    [task, problem],
  );
  return (
    <Panel title="Teacher traces" aside={<CollapseButton />}>
      <ul className={styles.teacher}>
        {traces.map(({ kind, ids }, i) => (
          <li key={i} data-testid={`trace-${kind}`}>
            <h3>
              {kind} <small>{KINDS[kind]}</small>
              <span>
                {ids.length} of at most {task.longestTrace(level, kind)} tokens
              </span>
            </h3>
            <Trace ids={ids} vocabulary={tokenizer.tokens} ended />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
