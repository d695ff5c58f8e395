/** Controls that choose a problem: task, level, seed and number. */
import { type Browsed, MOST_BROWSED } from '../../lab/recipe/browse';
import { levelsOf } from '../../lab/recipe/levels';
import { taskOf } from '../../lab/recipe/task';
import { browse } from '../../store/lab';
import { taskNames } from '../../tasks';
import { OWN, type OwnProblems } from '../../tasks/own';
import type { Task } from '../../tasks/task';
import controls from './control.module.css';
import styles from './Dials.module.css';

const choose = ({ name, level }: Task) => browse({ task: name, level: level.initial, index: 0 });

interface DialsProps {
  readonly shown: Browsed;
  readonly task: Task;
  readonly own: OwnProblems;
}

export function Dials({ shown, task, own }: DialsProps) {
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
