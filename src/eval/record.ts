/**
 * Record of an evaluation that can be continued: a header line, then one line per finished run. Works on text, without
 * access to files.
 */
import { z } from 'zod';
import { parseJsonLine } from '../json';
import { quote } from '../quote';
import { hash } from '../random';
import type { Problem } from '../tasks/task';
import { parseAs } from '../validation';
import type { EvaluationRun } from './report';

const headerSchema = z.strictObject({
  type: z.literal('evaluation'),
  /** SHA-256 of the model's files. */
  model: z.string(),
  /** Device name: another adapter rounds differently. */
  adapter: z.string(),
  task: z.string(),
  level: z.int().min(0),
  problems: z.int().min(1),
  /** Hash of the prompts. */
  prompts: z.string(),
  /** Hash of the answers and of the problems as plain data. */
  instances: z.string(),
  temperature: z.number().min(0),
  maxNew: z.int().min(1),
  seed: z.int(),
});
export type RecordHeader = z.infer<typeof headerSchema>;

const hashed = (texts: readonly string[]): string => hash(...texts).toString(16);

/** Header of an evaluation. @param model SHA-256 of the model's files @param adapter name of the device */
export const recordHeader = (
  { model, adapter, task, level }: Pick<RecordHeader, 'model' | 'adapter' | 'task' | 'level'>,
  problems: readonly Problem[],
  { temperature, maxNew, seed }: Pick<RecordHeader, 'temperature' | 'maxNew' | 'seed'>,
): RecordHeader => ({
  ...{ type: 'evaluation' as const, model, adapter, task, level },
  problems: problems.length,
  prompts: hashed(problems.map(({ prompt }) => prompt)),
  instances: hashed(problems.map(({ answer, problem }) => JSON.stringify([answer, problem]))),
  ...{ temperature, maxNew, seed },
});

const runSchema = z.strictObject({
  type: z.literal('run'),
  run: z.int().min(1),
  seed: z.int(),
  answers: z.array(
    z
      .strictObject({
        correct: z.boolean(),
        partial: z.number().min(0).max(1),
        answer: z.string().nullable(),
        tokens: z.int().min(1),
        ended: z.boolean(),
      })
      .refine(({ correct, partial }) => !correct || partial === 1, 'is right, but only in part'),
  ),
});

export const headerLine = (header: RecordHeader): string => `${JSON.stringify(header)}\n`;
export const runLine = (run: EvaluationRun): string => `${JSON.stringify({ type: 'run', ...run })}\n`;

const parseLine = <T>(schema: z.ZodType<T>, line: string, where: string): T =>
  parseAs(schema, parseJsonLine(line, where), where);

/** Finished runs of a record, and the text that they take. */
export interface ReadRecord {
  readonly runs: readonly EvaluationRun[];
  readonly whole: string;
}

/**
 * Reads a record of any evaluation. A last line that was written in part does not count.
 * @returns null if not even the header was written as a whole
 * @throws naming the broken line
 */
export function readAnyRecord(text: string, where: string): (ReadRecord & { readonly header: RecordHeader }) | null {
  if (text.includes('\0')) throw new Error(`${where} is not text in UTF-8; choose another file`);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // an editor may have added a byte-order mark
  const [first, ...rest] = whole
    .replace(/^\ufeff/, '')
    .split('\n')
    .slice(0, -1);
  if (first === undefined) return null;
  const header = parseLine(headerSchema, first, `${where}: line 1`);
  const runs = rest.map((line, i): EvaluationRun => {
    const { run, seed, answers } = parseLine(runSchema, line, `${where}: line ${i + 2}`);
    if (run !== i + 1) throw new Error(`${where}: line ${i + 2}: has run ${run}, expected run ${i + 1}`);
    if (answers.length !== header.problems)
      throw new Error(`${where}: line ${i + 2}: ${answers.length} answers to ${header.problems} problems`);
    return { run, seed, answers };
  });
  return { header, runs, whole };
}

/**
 * Reads the finished runs of a record, and the text that they take. A last line that was written in part does not count.
 * @throws naming the differences between the evaluation of the file and the requested one, or the broken line
 */
export function readRecord(text: string, asked: RecordHeader, where: string): ReadRecord {
  const found = readAnyRecord(text, where);
  if (!found) {
    if (headerLine(asked).startsWith(text)) return { runs: [], whole: '' };
    throw new Error(`${where} is not a record of an evaluation; choose another file`);
  }
  const { header, runs, whole } = found;
  const differing = (Object.keys(headerSchema.shape) as (keyof RecordHeader)[]).filter(
    (key) => header[key] !== asked[key],
  );
  if (differing.length > 0)
    throw new Error(
      `${where} is of another evaluation: ${differing
        .map((key) => `${key} is ${quote(header[key])} there, ${quote(asked[key])} here`)
        .join('; ')}`,
    );
  return { runs, whole };
}
