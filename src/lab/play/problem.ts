/** Problem that completions are judged against: a line of `data`, a group of a journal, or a prompt with its answer. */
import { z } from 'zod';
import { quote } from '../../quote';
import { type Judge, judgeNamed, taskNames } from '../../tasks';
import { OWN } from '../../tasks/own';
import type { Problem } from '../../tasks/task';
import { parseAs } from '../../validation';

export interface PlayProblem {
  /** Name of the task that judges. */
  readonly task: string;
  readonly judge: Judge;
  readonly problem: Problem;
}

const schema = z.object({
  task: z.string().optional(),
  prompt: z.string().min(1),
  answer: z.string(),
  /** The problem as plain data; left out, the answer has to match as text. */
  problem: z.unknown().optional(),
});

/**
 * Reads a problem.
 * @param task name of the task if the problem does not name one
 * @throws naming the field that is wrong
 */
export function playProblem(json: unknown, task: string | null, where: string): PlayProblem {
  const given = parseAs(schema, json, where);
  const { prompt, answer } = given;
  const isText = given.problem === undefined;
  const name = given.task ?? (isText ? OWN : task);
  if (name === null) throw new Error(`${where}: task is missing; use one of ${taskNames.join(', ')}`);
  const judge = judgeNamed(name);
  if (!judge) throw new Error(`${where}: task ${quote(name)} is unknown; use one of ${taskNames.join(', ')}`);
  const data = isText && name === OWN ? { prompt, answer } : given.problem;
  const problem = parseAs(judge.problemSchema, data, `${where}: problem`);
  return { task: name, judge, problem: { prompt, answer, problem } };
}
