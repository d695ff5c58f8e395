/**
 * Five runs on the CPU reference, each as one hash of every number that it gives: a change that is to change no behaviour
 * leaves them as they are. A change that is meant to writes new ones (`npx vitest run src/lab/run/fingerprints.test.ts -u`).
 */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { recipeByName } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import type { LabEvent } from './events';
import { run } from './run';
import { Session } from './session';

const TINY = withFields(recipeByName('parity-8-nano'), {
  ...{ 'model.layers': 2, 'model.width': 16, 'model.heads': 4, 'model.kvHeads': 2, 'model.ffn': 16, 'task.level': 5 },
  ...{ 'sft.steps': 4, 'sft.sequences': 6, 'sft.warmup': 2, 'grpo.steps': 3, 'grpo.prompts': 2, 'grpo.groupSize': 4 },
  ...{ 'evaluation.problems': 3, 'evaluation.base': true },
});

/** Fields that depend on the clock or on memory, and reasons: they are codes for words, not numbers of the run. */
const FREE = ['step_time', 'seconds', 'peak_bytes', 'estimated_bytes', 'reason', 'verdict'];

/** Numbers in the order of their names; words may change. */
function numbersOf(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(numbersOf);
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value).filter(([name]) => !FREE.includes(name));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, numbersOf(inner)]);
}

it.each([
  ['every stage', {}, false],
  ['f16', { precision: 'f16' }, true],
  [
    'more updates than one, with every option of GRPO',
    {
      ...{ 'grpo.updates': 2, 'grpo.beta': 0.1, 'grpo.referenceSync': 2, 'grpo.klRatio': true, 'grpo.topP': 0.9 },
      ...{ 'grpo.entropyTarget': 0.5, 'grpo.dynamicSampling': 'reward', 'grpo.samplerCorrection': 'sequence_truncate' },
      ...{ 'grpo.aggregation': 'normalize_then_sum', 'grpo.decay': 'linear', 'grpo.lossType': 'dapo' },
    },
    false,
  ],
  [
    'curation',
    {
      ...{ 'curation.select': 'band', 'curation.low': 0, 'curation.high': 1, 'curation.pool': 12 },
      ...{ 'curation.samples': 2, 'curation.refreshEvery': 1 },
    },
    false,
  ],
  ['a custom reward', { 'reward.custom': 0.5, 'reward.customSource': '({ length }) => length / 8' }, false],
])('%s', async (_, fields, f16) => {
  const session = new Session(openCpuDevice({ f16 }), withFields(TINY, fields));
  const events: LabEvent[] = [];
  for await (const event of run(session)) events.push(event);
  const hash = createHash('sha256');
  for (const event of events)
    if (event.type !== 'start' && event.type !== 'stage') hash.update(JSON.stringify(numbersOf(event)));
  for (const { data } of (await session.weights.read()).values()) hash.update(data);
  session.destroy();
  expect(events.at(-1)?.type).toBe('end');
  expect(hash.digest('hex').slice(0, 16)).toMatchSnapshot();
});
