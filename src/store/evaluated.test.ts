/** Results that the choices on screen have in storage. */
import { expect, it } from 'vitest';
import type { EvaluationRow } from '../worker/evaluationProtocol';
import { INITIAL_EVALUATE } from './evaluateChoice';
import { resultsOf } from './evaluated';

const header = { task: 'parity', level: 6, problems: 4, temperature: 0.8, seed: 3 };
const row = (id: string, of: Partial<typeof header> = {}, samples = 2) =>
  ({ id, of: { run: 'a', checkpoint: 'grpo-1' }, samples, header: { ...header, ...of } }) as EvaluationRow;

const rows = [
  row('longer', { level: 8 }),
  row('parity'),
  row('more samples', {}, 5),
  row('other seed', { seed: 4 }),
  row('greedy', { temperature: 0 }, 1),
  { ...row('other model'), of: { run: 'b', checkpoint: 'grpo-1' } },
];
const choice = { ...INITIAL_EVALUATE, problems: 4, samples: 2, seed: 3 };
const found = (by: Partial<typeof choice>, model: string | null = 'a@grpo-1') => {
  const tasks = [
    { task: 'parity', level: 6 },
    { task: 'parity', level: 8 },
    { task: 'addition', level: 1 },
  ];
  return resultsOf(rows, model, tasks, { ...choice, ...by }, null).map(({ id }) => id);
};

it('are those of the model with the same numbers, in the order of the tasks', () => {
  expect(found({})).toEqual(['parity', 'longer']);
  expect(found({ samples: 5 })).toEqual(['more samples']);
  expect(found({ temperature: 0 })).toEqual(['greedy']);
  expect(found({ seed: 5 })).toEqual([]);
  expect([found({}, null), found({}, 'folder:a'), found({}, 'b@grpo-1')]).toEqual([[], [], ['other model']]);
});

it('may have fewer problems than are asked for only where the level has no more', () => {
  expect(found({ problems: 256 })).toEqual(['parity']); // 6 bits: 4 problems are held out
  expect(found({ problems: 3 })).toEqual([]);
});
