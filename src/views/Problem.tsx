/** One problem of a task: its picture with an answer that is typed, the verifier's verdict, and its teacher traces. */
import { useId, useMemo, useState } from 'react';
import { type Problem, type Task, type TraceKind, traceKinds, type Verdict } from '../tasks/task';
import { verdictText } from '../tasks/verdicts';
import { Tokenizer } from '../text/tokenizer';
import { fixed, percent } from './format';
import { Picture } from './Picture';
import { Panel } from './parts';
import { FoldButton, Trace } from './Trace';

interface Shown {
  readonly task: Task;
  readonly problem: Problem;
}

function VerdictOf({ task, verdict }: { task: Task; verdict: Verdict }) {
  const { correct, partial, reason, measures = {} } = verdict;
  return (
    <div className="judgement" role="status" data-testid="verdict">
      <p>
        <span className={correct ? 'verdict right' : 'verdict wrong'}>{correct ? 'right' : 'wrong'}</span>{' '}
        {verdictText(task, reason)}
      </p>
      <dl>
        <div>
          <dt>partial credit</dt>
          <dd>{percent(partial)}</dd>
        </div>
        {Object.entries(measures).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{fixed(value, Number.isInteger(value) ? 0 : 3)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function ProblemCard({ task, problem }: Shown) {
  const [answer, setAnswer] = useState(problem.answer);
  const id = useId();
  const verdict = useMemo(() => task.verify(problem.problem, answer), [task, problem, answer]);
  const picture = useMemo(() => task.picture(problem.problem, answer), [task, problem, answer]);
  return (
    <Panel title="Problem" aside={<code className="answer-of">{task.name}</code>}>
      <pre className="asked" data-testid="asked">
        {problem.prompt}
      </pre>
      <Picture picture={picture} />
      <div className="answering">
        <label htmlFor={id}>Your answer</label>
        <textarea
          id={id}
          rows={problem.answer.split('\n').length}
          spellCheck={false}
          value={answer}
          onChange={({ target }) => setAnswer(target.value)}
        />
        <button type="button" disabled={answer === ''} onClick={() => setAnswer('')}>
          Clear
        </button>
        <button type="button" disabled={answer === problem.answer} onClick={() => setAnswer(problem.answer)}>
          The right one
        </button>
      </div>
      <VerdictOf task={task} verdict={verdict} />
    </Panel>
  );
}

const KINDS: Readonly<Record<TraceKind, string>> = {
  short: 'answers at once',
  long: 'thinks step by step',
  mend: 'goes wrong, notices it and mends it',
};

const tokenizer = new Tokenizer();

export function TeacherTraces({ task, problem, level }: Shown & { readonly level: number }) {
  const traces = useMemo(
    () =>
      task
        .traces(problem)
        // own problems repeat a simpler trace for a kind that they do not bring
        .filter(({ completion }, i, all) => all.findIndex((one) => one.completion === completion) === i)
        .map(({ kind, completion }) => ({ kind, ids: tokenizer.completion(completion) }))
        .sort((a, b) => traceKinds.indexOf(a.kind) - traceKinds.indexOf(b.kind)),
    [task, problem],
  );
  return (
    <Panel title="Teacher traces" aside={<FoldButton />}>
      <ul className="teacher">
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
