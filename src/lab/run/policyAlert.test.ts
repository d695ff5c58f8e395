/** Alerts for a destroyed policy, and silence over runs that learn. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventFromLine, eventToLine, type GrpoEvent } from './events';
import { PolicyWatch, policyAlertWords } from './policyAlert';

const start = { reward: 0.2, accuracy: 0.6, kl: 0, entropy: 0.2, 'clip_ratio/region_mean': 0 };
const gone = { reward: -0.5, accuracy: 0.01, kl: 30, entropy: 3, 'clip_ratio/region_mean': 0 };

const alerts = (...steps: (typeof start)[]) => {
  const watch = new PolicyWatch();
  return steps.map((metrics) => watch.check(metrics) !== null);
};

describe('the watch', () => {
  it('raises an alert from the second bad step on', () => {
    expect(alerts(start, gone, gone, gone, start)).toEqual([false, false, true, true, false]);
    const { title, detail } = policyAlertWords({
      code: 'policy_destroyed',
      values: { best_accuracy: 0.6, first_reward: 0.2, first_entropy: 0.2, clipped: 0, ...gone },
    });
    expect(`${title}: ${detail}`).toContain(
      'destroyed: accuracy fell from 60 % to 1 %, KL is 30.0, entropy went from 0.20 to 3.00',
    );
  });

  it('continues from its state', () => {
    const watch = new PolicyWatch();
    for (const metrics of [start, gone]) expect(watch.check(metrics)).toBeNull();
    const alert = new PolicyWatch(watch.state).check(gone);
    expect(alert).toEqual(watch.check(gone));
    expect(alert?.code).toBe('policy_destroyed');
  });

  it.each([
    ['one bad batch', [start, gone, start, gone, start]],
    [
      'accuracy falls but all else is near its first value',
      [start, ...Array(3).fill({ ...gone, kl: 0.1, entropy: 0.3 })],
    ],
    ['KL and entropy grow but answers stay right', [start, ...Array(3).fill({ ...gone, accuracy: 0.6 })]],
    ['the reward rises', [start, ...Array(3).fill({ ...gone, reward: 0.5 })]],
    ['no answer was ever right', Array(4).fill({ ...gone, accuracy: 0 })],
  ])('is silent if %s', (_, steps) => expect(alerts(...steps)).not.toContain(true));

  it.each([
    ['entropy collapses', { entropy: 0.001 }],
    ['every token is clipped', { 'clip_ratio/region_mean': 0.9 }],
    ['KL explodes', { kl: 3 }],
  ])('raises an alert if accuracy is gone and %s', (_, sign) => {
    const calm = { ...gone, kl: 0.1, entropy: 0.3, ...sign };
    expect(alerts(start, calm, calm)).toEqual([false, false, true]);
  });

  it('is silent over the recorded runs', () => {
    const folder = new URL('../../../public/runs/', import.meta.url);
    for (const name of readdirSync(folder)) {
      const watch = new PolicyWatch();
      const lines = readFileSync(new URL(name, folder), 'utf8').trim().split('\n');
      const steps = lines.map((line) => eventFromLine(line, name)).filter((event) => event.type === 'grpo');
      expect(steps.length).toBeGreaterThan(10);
      for (const { metrics } of steps) expect(watch.check(metrics), name).toBeNull();
    }
  });

  it('survives writing and reading the event of its step', () => {
    const recorded = readFileSync(new URL('../../../public/runs/parity-12.jsonl', import.meta.url), 'utf8').split('\n');
    const event = recorded
      .map((line) => (line ? eventFromLine(line, 'run') : null))
      .find((one) => one?.type === 'grpo');
    const watch = new PolicyWatch();
    const alert = [start, gone, gone].map((metrics) => watch.check(metrics)).at(-1)!;
    const line = eventToLine({ ...(event as GrpoEvent), alert });
    expect(eventFromLine(line, 'line 1')).toMatchObject({ alert });
    expect(() => eventFromLine(line.replace('policy_destroyed', 'other'), 'line 1')).toThrow(/alert\.code/);
  });
});
