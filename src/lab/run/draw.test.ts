/** Pictures of groups, drawn from events that were written and read. */
import { describe, expect, it } from 'vitest';
import { random } from '../../random';
import { taskNames, tasks } from '../../tasks';
import type { Task } from '../../tasks/task';
import { drawGroup } from './draw';
import { eventFromLine, eventToLine, type GrpoEvent } from './events';
import { smallStep } from './smallRun.fixture';

const throughAFile = (group: Partial<GrpoEvent['groups'][number]>) =>
  (eventFromLine(eventToLine(smallStep(1, group)), 'line 1') as GrpoEvent).groups[0]!;

describe('a group', () => {
  it.each(taskNames)('of %s looks as its task draws the problem and the answer', (name) => {
    const task = tasks[name] as Task;
    const { prompt, answer, problem } = task.generate(random(0, 'draw'), task.level.initial);
    const group = throughAFile({ prompt, answer, task: name, level: task.level.initial, problem });
    expect(drawGroup(group, `<think>1</think>${answer}<|im_end|>`)).toEqual(task.picture(problem, answer));
    expect(drawGroup(group, '<think>1')).toEqual(task.picture(problem, null));
  });

  it('has no picture without a known task and a valid problem', () => {
    const group = throughAFile({ prompt: '11=', answer: '0' });
    expect(drawGroup({ ...group, task: 'chess', problem: {} }, '0')).toBeNull();
    expect(drawGroup({ ...group, task: 'parity', problem: { bits: 'many' } }, '0')).toBeNull();
  });
});
