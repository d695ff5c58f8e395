/** Importers of JSON by schema for the fuzz test: inputs of `probe` and problems of `verify`. */
import type { z } from 'zod';
import { parseJsonFile } from '../json';
import { probePolicyLossSchema } from '../lab/probe/policyLossSchema';
import { probeRewardSchema } from '../lab/probe/reward';
import { probeSampleSchema } from '../lab/probe/sample';
import { probeStepSchema } from '../lab/probe/step';
import { random } from '../random';
import { type TaskName, taskByName, taskNames } from '../tasks';
import { parseAs } from '../validation';
import type { Importer } from './importers.fixture';

const bySchema = <T>(name: string, schema: z.ZodType<T>, sample: T, use: (read: T) => void = () => {}): Importer => ({
  name,
  form: 'JSON',
  sample: JSON.stringify(sample),
  read(bytes) {
    const read = parseAs(schema, parseJsonFile(bytes, 'in.json'), 'in.json');
    use(read);
    return read;
  },
});

const optimizer = { lr: 1e-3, betas: [0.9, 0.95], eps: 1e-8, weight_decay: 0.1, decay: 'matrices', max_grad_norm: 1 };
const probes: readonly Importer[] = [
  bySchema<unknown>('an input of probe step', probeStepSchema, {
    segments: [{ ids: [1, 2, 7, 4], mask: [0, 0, 1, 1] }],
    optimizer,
    steps: 2,
    want: ['logits', 'loss'],
  }),
  bySchema<unknown>('an input of probe sample', probeSampleSchema, {
    prompts: [[1], [1, 2, 7]],
    ...{ n: 2, temperature: 0.8, top_k: 4, top_p: 0.9, min_p: 0.01, max_new: 6, seed: 3 },
  }),
  bySchema<unknown>('an input of probe reward', probeRewardSchema, {
    ...{ l_max: 24, l_pos: 19, l_neg: 8, missing_end: -0.25 },
    weights: { accuracy: 1, stepCount: 2 },
    cases: [{ length: 9, correct: true, ended: true, think: 'ok', words: ['a'], measures: { gap: 0.5 } }],
  }),
  bySchema<unknown>('an input of probe policy-loss', probePolicyLossSchema, {
    ...{ logprobs: [[-1, -2]], old: [[-1, -2]], ref: [[-1, -2.5]], entropy: [[0.5, 0.25]], mask: [[1, 1]] },
    ...{ rewards: [0.5], group_size: 1 },
    options: { loss_type: 'grpo', beta: 0.1, max_completion_length: 2, mask_truncated: [0] },
  }),
];

/** Importer of one task's problems. The verifier also judges each problem that the schema accepts. */
const problemsOf = (name: TaskName): Importer => {
  const task = taskByName(name);
  const { problem, answer } = task.generate(random(0, 'fuzz', name), task.level.initial);
  return bySchema(`a problem of ${name}`, task.problemSchema, problem, (read) => {
    for (const given of [answer, 'x', null]) task.verify(read, given);
  });
};

export const schemaImporters: readonly Importer[] = [...probes, ...taskNames.map(problemsOf)];
