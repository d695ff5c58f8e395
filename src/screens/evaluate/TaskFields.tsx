/** Tasks to evaluate on, each with its level. More than one gives a transfer matrix. */
import { X } from 'lucide-react';
import { levelsOf, taskNamed } from '../../lab/recipe/levels';
import { choose, recipeOfModel, tasksOnShow } from '../../store/evaluate';
import { taskNames } from '../../tasks';
import type { TaskAtLevel } from '../../worker/evaluationProtocol';
import controls from '../data/control.module.css';
import { usePlay } from '../playground/hooks';
import { useLab } from '../shared/hooks';
import styles from './Evaluate.module.css';
import { useModelName } from './hooks';
import { titleOfTask } from './words';

const NO_OWN = { own: { problems: [], match: 'exact', tolerance: 0 } } as const;
/** Most tasks of a transfer matrix. */
const MOST_TASKS = 12;

const put = (tasks: readonly TaskAtLevel[]): void =>
  choose({ tasks: tasks.map(({ task, level }) => `${task}:${level}`) });

export function TaskFields() {
  const choice = useLab((state) => state.evaluation);
  const name = useModelName();
  const models = usePlay((state) => state.runs);
  const folders = usePlay((state) => state.folders);
  const recipe = recipeOfModel(name, { runs: models, folders });
  const own = recipe ?? NO_OWN;
  const shown = tasksOnShow(choice, recipe);
  const names = [...taskNames, ...(own.own.problems.length > 0 ? ['own'] : [])];
  const replace = (index: number, by: TaskAtLevel) => put(shown.map((one, i) => (i === index ? by : one)));
  const initial = (task: string): TaskAtLevel => ({
    task,
    level: recipe?.task.name === task ? recipe.task.level : (taskNamed(own, task)?.level.initial ?? 1),
  });
  const free = names.find((one) => !shown.some(({ task }) => task === one));
  return (
    <>
      {shown.map(({ task, level }, i) => {
        const known = taskNamed(own, task);
        const about = shown.length > 1 ? ` ${i + 1}` : '';
        return (
          <div key={i} className={styles.task}>
            <label className={styles.field}>
              Task{about}
              <select
                className={controls.control}
                value={task}
                onChange={({ target }) => replace(i, initial(target.value))}
              >
                {!known && <option value={task}>{task} (not found)</option>}
                {names.map((one) => (
                  <option key={one} value={one}>
                    {titleOfTask(one)}
                  </option>
                ))}
              </select>
            </label>
            {known && (
              <label className={styles.field}>
                Level{about}
                <select
                  className={controls.control}
                  value={level}
                  onChange={({ target }) => replace(i, { task, level: Number(target.value) })}
                >
                  {levelsOf(known, own).map((one) => (
                    <option key={one} value={one}>
                      {one} {known.level.unit}
                    </option>
                  ))}
                </select>
              </label>
            )}
            {shown.length > 1 && (
              <button
                type="button"
                aria-label={`Remove task ${i + 1}`}
                onClick={() => put(shown.filter((_, j) => j !== i))}
              >
                <X size={14} aria-hidden="true" />
              </button>
            )}
          </div>
        );
      })}
      {free !== undefined && shown.length < MOST_TASKS && (
        <button type="button" onClick={() => put([...shown, initial(free)])}>
          Add a task
        </button>
      )}
    </>
  );
}
