/** Address of the task picker, which was a screen of its own: #view=data&task=parity&level=8&seed=0&n=3. */
import { type Browsed, browsable, MOST_BROWSED } from '../../lab/recipe/browse';
import { quote } from '../../quote';
import type { LabState } from '../../store/lab';
import type { AddressReader, ScreenAddress } from '../screen';

/** Value of `view` while the picker is open. */
export const PICKER = 'data';

/** Problem that an address asks for, or the nearest one; what the address leaves out stays as it is. */
function read(
  reader: AddressReader,
  { data, draft }: Parameters<ScreenAddress['read']>[1],
): Pick<LabState, 'data' | 'newRun'> {
  const [level, seed, n] = [reader.number('level', 0), reader.number('seed', 0), reader.number('n', 1)];
  const task = reader.text('task');
  const wanted: Browsed = {
    task: task ?? data.task,
    level: level ?? data.level,
    seed: seed ?? data.seed,
    index: (n ?? data.index + 1) - 1,
  };
  const browsed = browsable(wanted, draft.own);
  if (task !== null && browsed.task !== task) reader.fault(`there is no task ${quote(task)}`);
  else if (level !== null && browsed.level !== level)
    reader.fault(`${browsed.task} has no level ${level}; the nearest is ${browsed.level}`);
  if (seed !== null && browsed.seed !== seed) reader.fault(`seed=${seed} is more than ${browsed.seed}`);
  if (n !== null && browsed.index !== n - 1) reader.fault(`n=${n} is more than ${MOST_BROWSED}, the last problem`);
  return { data: browsed, newRun: reader.text('view') === PICKER ? 'task' : null };
}

export const pickerAddress: ScreenAddress = {
  names: ['task', 'level', 'seed', 'n'],
  write: ({ data: { task, level, seed, index } }) => ({ task, level, seed, n: index + 1 }),
  read,
};
