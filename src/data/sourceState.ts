/** State of a problem source as plain data: a source that restores it draws the same problems from there on. */
import { z } from 'zod';
import type { RandomState } from '../random';

/** Position of a random stream. */
export const randomStateSchema: z.ZodType<RandomState> = z.array(z.int()).length(4);

const index = z.int().min(0);

/** Fresh problems: the position of their stream. */
const fresh = z.strictObject({ kind: z.literal('fresh'), stream: randomStateSchema });

/** Passes over items: the streams at the start of the current pass, which draw it again, and the items it has given. */
const passes = z.strictObject({
  kind: z.literal('passes'),
  order: randomStateSchema,
  fresh: z.array(randomStateSchema),
  at: index,
});

const problem = z.strictObject({
  task: z.string().min(1),
  level: index,
  problem: z.strictObject({ prompt: z.string().min(1), answer: z.string(), problem: z.unknown() }),
});

const share = z.number().min(0).max(1);

/** A curriculum: its pool with pass rates, the selected problems by index, and the answers since the last selection. */
const curriculum = z
  .strictObject({
    kind: z.literal('curriculum'),
    pool: z.array(problem).min(1),
    passRates: z.array(share),
    kept: z.array(index).min(1),
    answers: z.array(z.strictObject({ problem: index, passRates: z.array(share).min(1) })),
    selections: z.int().min(1),
    passes,
  })
  .superRefine(({ pool, passRates, kept, answers }, context) => {
    const fault = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (passRates.length !== pool.length)
      fault(['passRates'], `has ${passRates.length} numbers; use one for each of ${pool.length} problems`);
    const outside = (i: number) => i >= pool.length;
    const message = `is outside the pool; use 0 to ${pool.length - 1}`;
    kept.forEach((i, at) => {
      if (outside(i)) fault(['kept', at], message);
    });
    answers.forEach(({ problem }, at) => {
      if (outside(problem)) fault(['answers', at, 'problem'], message);
    });
  });

export const sourceStateSchema = z.discriminatedUnion('kind', [fresh, passes, curriculum]);

export type SourceState = z.output<typeof sourceStateSchema>;
export type PassesState = z.output<typeof passes>;
export type CurriculumState = z.output<typeof curriculum>;
export const curriculumStateSchema = curriculum;

/** State of the given kind. @throws if the state belongs to another kind of source */
export function stateOfKind<K extends SourceState['kind']>(
  state: SourceState,
  kind: K,
): Extract<SourceState, { readonly kind: K }> {
  if (state.kind !== kind)
    throw new Error(
      `the data cursor is of kind "${state.kind}", but this recipe draws from "${kind}"; continue with the recipe of the checkpoint`,
    );
  return state as Extract<SourceState, { readonly kind: K }>;
}
