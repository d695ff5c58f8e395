/** Events as lines, and the metrics of a GRPO step over all sampled groups. */
import { describe, expect, it } from 'vitest';
import { seal } from '../../runs/seal';
import { curvePoint, eventFromLine, eventToLine, type LabEvent } from './events';
import { groupsDrawn, meansOfAllGroups } from './groupMetrics';

const metrics = { reward: 0.4, accuracy: 0.5, kl: 0.1 };
const dynamic = {
  ...metrics,
  'dynamic_sampling/reward': 0.1,
  'dynamic_sampling/accuracy': 0.125,
  'dynamic_sampling/groups_drawn': 28,
  'dynamic_sampling/groups_kept': 16,
};

describe('reward and accuracy of a step', () => {
  it('are those of all that dynamic sampling drew', () => {
    expect(curvePoint({ step: 3, metrics: dynamic })).toMatchObject({ step: 3, reward: 0.1, accuracy: 0.125, kl: 0.1 });
    expect(groupsDrawn(dynamic)).toEqual({ drawn: 28, kept: 16 });
  });

  it('are those of the batch without', () => {
    expect(meansOfAllGroups(metrics)).toEqual({ reward: 0.4, accuracy: 0.5 });
    expect(groupsDrawn(metrics)).toBeNull();
  });
});

describe('events', () => {
  it('read back from their lines, and a broken line is named', () => {
    const event: LabEvent = { type: 'stage', stage: 'sft' };
    expect(eventFromLine(eventToLine(event), 'line 1')).toEqual(event);
    const sealed = seal('event', eventToLine(event), '"n":0,');
    expect(eventFromLine(sealed, 'line 1')).toEqual(event);
    expect(() => eventFromLine(sealed.replace('sft', 'grpo'), 'run.jsonl: line 2')).toThrow(
      'run.jsonl: line 2 is damaged: its checksum differs',
    );
    expect(() => eventFromLine('{"type":"party"}', 'run.jsonl: line 3')).toThrow('run.jsonl: line 3 has type "party"');
    expect(() => eventFromLine('{', 'run.jsonl: line 4')).toThrow('run.jsonl: line 4 is not JSON');
  });
});
