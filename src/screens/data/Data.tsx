/** Problems of any task at any level, and the draft's own, each with its picture, its verifier and its teacher traces. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { useMemo } from 'react';
import { type Browsed, BrowsedProblems, browsable, browsedCommand, MOST_BROWSED } from '../../lab/recipe/browse';
import { levelsOf } from '../../lab/recipe/levels';
import { taskOf } from '../../lab/recipe/task';
import { browse } from '../../store/lab';
import { taskNames } from '../../tasks';
import { OWN, type OwnProblems } from '../../tasks/own';
import type { Task } from '../../tasks/task';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import controls from './control.module.css';
import styles from './Data.module.css';
import { ProblemCard } from './Problem';
import { TeacherTraces } from './TeacherTraces';

/** Controls for task, level, seed and problem. */
function Dials({ shown, task, own }: { shown: Browsed; task: Task; own: OwnProblems }) {
  const { task: name, level, seed, index } = shown;
  const { unit } = task.level;
  const levels = levelsOf(task, { own });
  const families = own.problems.length > 0 ? [...taskNames, OWN] : taskNames;
  return (
    <div className={styles.dials}>
      <label>
        Task
        <select
          className={controls.control}
          value={name}
          onChange={({ target }) => choose(taskOf({ own }, target.value))}
        >
          {families.map((one) => (
            <option key={one} value={one}>
              {taskOf({ own }, one).title}
            </option>
          ))}
        </select>
      </label>
      <label>
        Level: {level} {unit}
        <input
          className={controls.control}
          type="range"
          min={0}
          max={levels.length - 1}
          value={levels.indexOf(level)}
          aria-valuetext={`${level} ${unit}`}
          onChange={({ target }) => browse({ level: levels[Number(target.value)] ?? level, index: 0 })}
        />
      </label>
      <label>
        Seed
        <input
          className={controls.control}
          type="number"
          min={0}
          value={seed}
          onChange={({ target }) => browse({ seed: Number(target.value), index: 0 })}
        />
      </label>
      <span className={styles.pager} role="group" aria-label="Problem">
        <button type="button" disabled={index === 0} onClick={() => browse({ index: index - 1 })}>
          Previous
        </button>
        <span aria-live="polite">Problem {index + 1}</span>
        <button type="button" disabled={index === MOST_BROWSED - 1} onClick={() => browse({ index: index + 1 })}>
          Next
        </button>
      </span>
    </div>
  );
}

const choose = ({ name, level }: Task) => browse({ task: name, level: level.initial, index: 0 });

export function Data() {
  const wanted = useLab((state) => state.data);
  const own = useLab((state) => state.draft.own);
  // the draft's own problems may be gone since then
  const shown = browsable(wanted, own);
  const { task: name, level, seed, index } = shown;
  const problems = useMemo(() => new BrowsedProblems(name, level, seed, own), [name, level, seed, own]);
  const { task } = problems;
  const problem = problems.at(index);
  return (
    <>
      <Dials shown={shown} task={task} own={own} />
      <p className={texts.intro}>{task.about}</p>
      <div className={styles.halves}>
        <ProblemCard key={`${name} ${level} ${seed} ${index}`} task={task} problem={problem} />
        <TeacherTraces task={task} problem={problem} level={level} />
      </div>
      <Panel title="As data">
        <p className={texts.words}>JSON for this problem: the last line that this command prints.</p>
        <pre className={texts.block}>{browsedCommand(shown, own)}</pre>
        <pre className={classes(texts.block, styles.json)}>{JSON.stringify(problem.problem)}</pre>
      </Panel>
    </>
  );
}
