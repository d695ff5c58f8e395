/** Evaluation of a model on held-out problems: the problems, budget and random numbers of the terminal's `eval`. */
import { heldOutProblems } from '../../data/problems';
import { type RecordHeader, recordHeader } from '../../eval/record';
import { type EvaluationReport, type EvaluationRun, evaluationReport } from '../../eval/report';
import { longestSequence } from '../../formats/length';
import type { Device } from '../../gpu/device';
import { quote } from '../../quote';
import { taskNames } from '../../tasks';
import { OWN } from '../../tasks/own';
import type { Problem } from '../../tasks/task';
import { evaluationRuns } from '../probe/answer';
import { taskNamed } from '../recipe/levels';
import type { TaskLevel } from '../run/sources';
import { tokenBudget } from './budget';
import type { MeasuredModel } from './models';
import type { RecordWriter } from './records';

/** Options of an evaluation. */
export interface EvaluationChoice {
  /** Number of held-out problems; a small level may have fewer. */
  readonly problems: number;
  /** k, answers to each problem. */
  readonly samples: number;
  /** 0 takes the most likely token. */
  readonly temperature: number;
  readonly seed: number;
}

/** Header of the record of an evaluation. */
export type EvaluationHeader = RecordHeader;
/** One answer to each problem. */
export type EvaluationPass = EvaluationRun;

/** Numbers of an evaluation. */
export type Measured = Pick<
  EvaluationReport,
  'problems' | 'accuracy' | 'passAtK' | 'partial' | 'meanLength' | 'truncated'
>;

export function measuredOf(runs: readonly EvaluationRun[]): Measured {
  const { problems, accuracy, passAtK, partial, meanLength, truncated } = evaluationReport(runs);
  return { problems, accuracy, passAtK, partial, meanLength, truncated };
}

const NO_OWN = { own: { problems: [], match: 'exact', tolerance: 0 } } as const;

/** Task of a name at a level. @throws naming the tasks that there are */
export function askedTask({ recipe }: Pick<MeasuredModel, 'recipe'>, name: string, level: number): TaskLevel {
  const task = taskNamed(recipe ?? NO_OWN, name);
  if (!task && name === OWN) throw new Error('the model has no problems of its own; choose another task');
  if (!task) throw new Error(`there is no task ${quote(name)}; use one of ${taskNames.join(', ')}`);
  const { min, max, unit } = task.level;
  if (!Number.isInteger(level) || level < min || level > max)
    throw new Error(`${name} has levels ${min} to ${max} ${unit}; ${level} is not one of them`);
  return { task, level };
}

/** A task with its problems and the header of its record. */
export interface PlannedEvaluation extends TaskLevel {
  readonly problems: readonly Problem[];
  readonly header: RecordHeader;
}

/** @throws if the level has too few problems, or the budget exceeds the context of a model of unknown training */
export function planned(
  device: Pick<Device, 'name'>,
  { model, recipe, digest }: MeasuredModel,
  { task, level }: TaskLevel,
  choice: EvaluationChoice,
): PlannedEvaluation {
  const problems = heldOutProblems(task, level, choice.problems, choice.seed);
  const maxNew = tokenBudget({ task, level }, [recipe]);
  const { tokens, key } = longestSequence(model.config);
  const prompt = Math.max(...problems.map((one) => model.tokenizer.chatPrompt(one.prompt).length));
  // our own models go on beyond the length of their training; a sliding window is a real limit
  if (prompt + maxNew > tokens && (recipe === null || key === 'sliding_window'))
    throw new Error(
      `${task.name} ${level} takes up to ${prompt + maxNew} tokens; the model takes ${tokens} (${key}): choose a lower level`,
    );
  const { temperature, seed } = choice;
  const named = { model: digest, adapter: device.name, task: task.name, level };
  return { task, level, problems, header: recordHeader(named, problems, { temperature, maxNew, seed }) };
}

/** Evaluates a model, after the runs that the record has. @param onAnswers receives the answers to all k passes so far */
export function evaluateModel(
  device: Device,
  { model }: MeasuredModel,
  { task, problems, header }: PlannedEvaluation,
  samples: number,
  record: Pick<RecordWriter, 'finished' | 'add'> | null,
  onAnswers: (count: number) => void,
): Promise<EvaluationRun[]> {
  const { temperature, maxNew, seed } = header;
  let before = Math.min(samples, record?.finished.length ?? 0) * problems.length;
  onAnswers(before);
  return evaluationRuns(
    device,
    model,
    task,
    problems,
    samples,
    { temperature, maxNew, seed },
    record?.finished ?? [],
    (run) => {
      before += problems.length;
      record?.add(run);
    },
    (count) => onAnswers(before + count),
  );
}
