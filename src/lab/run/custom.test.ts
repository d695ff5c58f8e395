/** The user's own reward term in a run: its faults cost the reward, not the run. */
import { describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { withFields } from '../recipe/recipe';
import type { LabEvent } from './events';
import { run } from './run';
import { Session } from './session';
import { PLAIN, runAll } from './tinyRun.fixture';

describe('a custom reward term in a run', () => {
  const CUSTOM = { 'sft.steps': 2, 'grpo.steps': 1, 'reward.custom': 0.5 };
  const rolloutsOf = async (customSource: string) => {
    const events = await runAll(openCpuDevice(), withFields(PLAIN, { ...CUSTOM, 'reward.customSource': customSource }));
    expect(events.at(-1)?.type).toBe('end');
    return events.flatMap((event) => (event.type === 'grpo' ? event.groups.flatMap(({ rollouts }) => rollouts) : []));
  };

  it('gets 0 and a reason if it loops, allocates, throws, returns NaN or calls the network', async () => {
    // the text of a rollout selects one of these
    const source = `
      const kinds = [
        () => { for (;;); },
        () => { const kept = []; for (;;) kept.push(new Uint8Array(65536)); },
        () => { throw new Error('no'); },
        () => NaN,
        () => fetch('https://example.org'),
        () => 0.25,
      ];
      ({ text }) => kinds[[...text].reduce((sum, char) => sum + char.charCodeAt(0), 0) % kinds.length]()`;
    const reasons = [
      /did not end within 10 million steps/,
      /out of memory/,
      /threw Error: no \(line 5/,
      /gave NaN/,
      /'fetch' is not defined \(line 7/,
      /^gave 0.25$/,
    ];
    const rollouts = await rolloutsOf(source);
    const again = await rolloutsOf(source);
    expect(rollouts).toHaveLength(8);
    rollouts.forEach(({ text, parts, reward }, i) => {
      const kind = [...text].reduce((sum, char) => sum + char.charCodeAt(0), 0) % reasons.length;
      const part = parts.find(({ name }) => name === 'custom')!;
      expect(part.reason.code).toBe(kind === 5 ? 'given' : 'failed');
      expect(part.reason.values.text).toMatch(reasons[kind]!);
      expect(part).toMatchObject({ weight: 0.5, value: kind === 5 ? 0.25 : 0 });
      expect(reward).toBe(parts.reduce((sum, { weight, value }) => sum + weight * value, 0));
      expect(again[i]!.parts).toEqual(parts);
    });
    expect(new Set(rollouts.map(({ parts }) => parts.at(-1)!.reason.values.text)).size).toBeGreaterThan(1);
  });

  it('is refused before the run, with line and column, if it does not compile', async () => {
    const events: LabEvent[] = [];
    const session = new Session(
      openCpuDevice(),
      withFields(PLAIN, { ...CUSTOM, 'reward.customSource': '(rollout) =>\n  rollout..length' }),
    );
    const all = async () => {
      for await (const event of run(session)) events.push(event);
    };
    await expect(all()).rejects.toThrow('recipe: reward.customSource: line 2, column 11: ');
    session.destroy();
    expect(events).toEqual([]);
  });
});
