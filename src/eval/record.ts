/**
 * Record of an evaluation that can be continued: a header line, then one line per finished run. Works on text, without
 * access to files.
 */
import { z } from 'zod';
import { parseJsonLine } from '../json';
import { quote } from '../quote';
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

/**
 * Reads the finished runs of a record, and the text that they take. A last line that was written in part does not count.
 * @throws naming the differences between the evaluation of the file and the requested one, or the broken line
 */
export function readRecord(
  text: string,
  asked: RecordHeader,
  where: string,
): { readonly runs: readonly EvaluationRun[]; readonly whole: string } {
  if (text.includes('\0')) throw new Error(`${where} is not text in UTF-8; choose another file`);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // an editor may have added a byte-order mark
  const [first, ...rest] = whole
    .replace(/^\ufeff/, '')
    .split('\n')
    .slice(0, -1);
  if (first === undefined) {
    if (headerLine(asked).startsWith(text)) return { runs: [], whole: '' };
    throw new Error(`${where} is not a record of an evaluation; choose another file`);
  }
  const header = parseLine(headerSchema, first, `${where}: line 1`);
  const differing = (Object.keys(headerSchema.shape) as (keyof RecordHeader)[]).filter(
    (key) => header[key] !== asked[key],
  );
  if (differing.length > 0)
    throw new Error(
      `${where} is of another evaluation: ${differing
        .map((key) => `${key} is ${quote(header[key])} there, ${quote(asked[key])} here`)
        .join('; ')}`,
    );
  const runs = rest.map((line, i): EvaluationRun => {
    const { run, seed, answers } = parseLine(runSchema, line, `${where}: line ${i + 2}`);
    if (run !== i + 1) throw new Error(`${where}: line ${i + 2}: has run ${run}, expected run ${i + 1}`);
    if (answers.length !== header.problems)
      throw new Error(`${where}: line ${i + 2}: ${answers.length} answers to ${header.problems} problems`);
    return { run, seed, answers };
  });
  return { runs, whole };
}
