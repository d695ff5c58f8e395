/** A run on a mixture of tasks. */
import { describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { openNodeDevice } from '../../gpu/node';
import { taskByName } from '../../tasks';
import { withFields } from '../recipe/recipe';
import { Session } from './session';
import { PLAIN, runAll } from './tinyRun.fixture';

describe('a run on a mixture', () => {
  const MIXED = withFields(PLAIN, {
    'data.clusters': [
      { task: 'parity', level: 5, problems: 12, epochs: 2 },
      { task: 'addition', level: 2 },
    ],
    'data.rlClusters': [{ task: 'addition', level: 1 }],
    'evaluation.base': true,
    'evaluation.others': [{ task: 'addition', level: 3 }],
  });

  it('has room for the longest prompt and trace of all its tasks', () => {
    const session = new Session(openCpuDevice(), MIXED);
    const prompt = 3 + 1 + 3 + 1; // 123+456=
    expect(session.lengths.prompt).toBe(prompt + session.tokenizer.chatPrompt('').length);
    expect(session.lengths.longest).toBe(session.lengths.prompt + taskByName('addition').longestTrace(2, 'long'));
    session.destroy();
  });

  it('trains on the clusters and evaluates every task before and after', async () => {
    const device = await openNodeDevice();
    const events = await runAll(device, MIXED);
    device.destroy();
    const evaluations = events.filter((event) => event.type === 'evaluation');
    expect(evaluations.map(({ stage }) => stage)).toEqual(['base', 'sft', 'grpo']);
    for (const { others } of evaluations) expect(others).toMatchObject([{ task: 'addition', level: 3, greedy: {} }]);
    const prompts = events.flatMap((event) => (event.type === 'grpo' ? event.groups.map(({ prompt }) => prompt) : []));
    for (const prompt of prompts) expect(prompt).toMatch(/^\d\+\d=$/);
    const end = events.at(-1);
    expect(end?.type === 'end' && end.summary).toMatchObject({
      base: { others: [{ task: 'addition', level: 3, greedy_accuracy: expect.any(Number) }] },
      sft: { others: [{ task: 'addition', level: 3 }] },
      grpo: { others: [{ task: 'addition', level: 3 }] },
    });
  });
});
