/** The smallest whole runs, for tests that train. */
import type { Device } from '../../gpu/device';
import { recipeByName } from '../recipe/presets/index';
import { type Recipe, withFields } from '../recipe/recipe';
import type { LabEvent } from './events';
import { run } from './run';
import { Session } from './session';

/** Small enough for any adapter, with every stage. */
export const TINY = withFields(recipeByName('parity-8-nano'), {
  'task.level': 5,
  'sft.steps': 6,
  'sft.sequences': 8,
  'grpo.steps': 2,
  'grpo.prompts': 2,
  'grpo.groupSize': 4,
  'evaluation.problems': 3,
});
/** The same run with few kernels to compile. */
export const PLAIN = withFields(TINY, { kernels: 'fixed', 'model.layers': 1 });

export async function runAll(device: Device, recipe: Recipe): Promise<LabEvent[]> {
  const session = new Session(device, recipe);
  const events: LabEvent[] = [];
  for await (const event of run(session)) events.push(event);
  session.destroy();
  return events;
}
