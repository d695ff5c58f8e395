/** Problem of a task: its picture with the typed answer, and the verifier's verdict. */
import { useId, useMemo, useState } from 'react';
import type { Problem, Task, Verdict as TaskVerdict } from '../../tasks/task';
import { verdictText } from '../../tasks/verdicts';
import { classes } from '../shared/classes';
import { fixed, percent } from '../shared/format';
import { Panel } from '../shared/Panel';
import { Picture } from '../shared/Picture';
import texts from '../shared/text.module.css';
import { Verdict } from '../shared/Verdict';
import controls from './control.module.css';
import styles from './Problem.module.css';

interface Shown {
  readonly task: Task;
  readonly problem: Problem;
}

function VerdictOf({ task, verdict }: { task: Task; verdict: TaskVerdict }) {
  const { correct, partial, reason, measures = {} } = verdict;
  return (
    <div className={styles.judgement} role="status" data-testid="verdict">
      <p>
        <Verdict correct={correct} /> {verdictText(task, reason)}
      </p>
      <dl>
        <div>
          <dt>Partial credit</dt>
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
    <Panel title="Problem" aside={<code>{task.name}</code>}>
      <pre className={classes(texts.block, styles.asked)} data-testid="asked">
        {problem.prompt}
      </pre>
      <Picture picture={picture} />
      <div className={styles.answering}>
        <label htmlFor={id}>Your answer</label>
        <textarea
          id={id}
          className={controls.control}
          rows={problem.answer.split('\n').length}
          spellCheck={false}
          value={answer}
          onChange={({ target }) => setAnswer(target.value)}
        />
        <button type="button" disabled={answer === ''} onClick={() => setAnswer('')}>
          Clear
        </button>
        <button type="button" disabled={answer === problem.answer} onClick={() => setAnswer(problem.answer)}>
          Show answer
        </button>
      </div>
      <VerdictOf task={task} verdict={verdict} />
    </Panel>
  );
}
