/** Schema of the event `apply`. eventReader.ts checks the values against the recipe before them. */
import { z } from 'zod';

/** Keeps a value apart from a missing one, which `unknown` would take as well. */
const value = z.custom<unknown>((given) => given !== undefined, 'is missing');

export const apply = z.strictObject({
  type: z.literal('apply'),
  stage: z.enum(['sft', 'grpo']),
  step: z.int().min(0),
  fields: z
    .record(z.string().min(1), z.strictObject({ from: value, to: value }))
    .refine((fields) => Object.keys(fields).length > 0, 'changes no field'),
});
