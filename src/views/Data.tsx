/** Problems of any family at any level: how each is drawn, what its verifier says to an answer, how a teacher solves it. */
import { useMemo } from 'react';
import { type Browsed, BrowsedProblems, browsedCommand, MOST_BROWSED } from '../lab/browse';
import { browse } from '../store/lab';
import { taskByName, taskNames } from '../tasks';
import { useLab } from './hooks';
import { ProblemCard, TeacherTraces } from './Problem';
import { Panel } from './parts';

/** Which family, level, seed and problem. */
function Dials({ shown: { task: name, level, seed, index } }: { shown: Browsed }) {
  const task = taskByName(name);
  const { unit, min, max } = task.level;
  return (
    <div className="dials">
      <label>
        Family
        <select value={name} onChange={({ target }) => choose(target.value)}>
          {taskNames.map((one) => (
            <option key={one} value={one}>
              {taskByName(one).title}
            </option>
          ))}
        </select>
      </label>
      <label>
        Level: {level} {unit}
        <input
          type="range"
          min={min}
          max={max}
          value={level}
          aria-valuetext={`${level} ${unit}`}
          onChange={({ target }) => browse({ level: Number(target.value), index: 0 })}
        />
      </label>
      <label>
        Seed
        <input
          type="number"
          min={0}
          value={seed}
          onChange={({ target }) => browse({ seed: Number(target.value), index: 0 })}
        />
      </label>
      <span className="pager" role="group" aria-label="Problem">
        <button type="button" disabled={index === 0} onClick={() => browse({ index: index - 1 })}>
          Previous
        </button>
        <span aria-live="polite">problem {index + 1}</span>
        <button type="button" disabled={index === MOST_BROWSED - 1} onClick={() => browse({ index: index + 1 })}>
          Next
        </button>
      </span>
    </div>
  );
}

const choose = (task: string) => browse({ task, level: taskByName(task).level.initial, index: 0 });

export function Data() {
  const shown = useLab((state) => state.data);
  const { task: name, level, seed, index } = shown;
  const problems = useMemo(() => new BrowsedProblems(name, level, seed), [name, level, seed]);
  const { task } = problems;
  const problem = problems.at(index);
  return (
    <>
      <Dials shown={shown} />
      <p className="words about-task">{task.about}</p>
      <div className="halves">
        <ProblemCard key={`${name} ${level} ${seed} ${index}`} task={task} problem={problem} />
        <TeacherTraces task={task} problem={problem} level={level} />
      </div>
      <Panel title="As data">
        <p className="words">What another program gets to solve: the last line that this prints.</p>
        <pre className="command">{browsedCommand(shown)}</pre>
        <pre className="json">{JSON.stringify(problem.problem)}</pre>
      </Panel>
    </>
  );
}
