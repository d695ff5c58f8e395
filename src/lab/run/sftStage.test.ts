/** Step times of SFT: measurements of the gate between two steps do not count. */
import { expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { withFields } from '../recipe/recipe';
import type { SftEvent } from './events';
import { run } from './run';
import { Session } from './session';
import { PLAIN } from './tinyRun.fixture';

const GATE_SECONDS = 1000;

it('leaves the gate out of the step times', async () => {
  const fields = { 'sft.steps': 5, 'sft.gateEvery': 2, 'sft.gateAccuracy': 1, 'grpo.steps': 0 };
  const session = new Session(openCpuDevice(), withFields(PLAIN, fields));
  let seconds = 0;
  const { generate } = session;
  Object.defineProperty(session, 'generate', {
    value: (...asked: Parameters<typeof generate>) => {
      seconds += GATE_SECONDS;
      return generate(...asked);
    },
  });
  const steps: SftEvent[] = [];
  for await (const event of run(session, { now: () => seconds })) if (event.type === 'sft') steps.push(event);
  session.destroy();
  expect(steps).toHaveLength(5);
  expect(seconds).toBeGreaterThanOrEqual(2 * GATE_SECONDS);
  expect(steps.map(({ step_time }) => step_time)).toEqual([0, 0, 0, 0, 0]);
});
