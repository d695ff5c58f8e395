/** `sample` with tokens, columns and verdicts, `score`, and `what-if`, on a stored run of the CPU device. */
import { beforeAll, describe, expect, it } from 'vitest';
import { at, CPU, lab, lines, smallestTraining, write } from './cli.fixture';

const run = at('played');
const PROBLEM = JSON.stringify({ prompt: '110100=', answer: '1', problem: { bits: [1, 1, 0, 1, 0, 0] } });
const RIGHT = '<think>1,0,0,1</think>1<|im_end|>';

beforeAll(async () => {
  const sets = ['grpo.steps=2', 'grpo.groupSize=4', 'checkpoints.everySteps=2', 'checkpoints.everySeconds=0'];
  const ended = await lab(...smallestTraining(run, ...sets));
  expect(ended.code, ended.error).toBe(0);
});

async function ok(...args: string[]) {
  const ended = await lab(...args);
  expect(ended.code, ended.error).toBe(0);
  return ended;
}

describe('sample', () => {
  const sampling = ['--prompt', '110100=', '-n', '2', '--seed', '7', ...CPU];

  it('--tokens streams the tokens of --json, of each model on the same seed', async () => {
    const models = [`${run}@base`, `${run}@grpo-0`, run];
    const asked = [...models.flatMap((model) => ['--model', model]), ...sampling];
    const whole = lines(await ok('sample', ...asked, '--json'));
    const tokens = lines(await ok('sample', ...asked, '--tokens'));
    expect(whole.map(({ model }) => model)).toEqual(models);
    for (const { model, completions } of whole as { model: string; completions: { ids: number[] }[] }[])
      for (const [sample, { ids }] of completions.entries()) {
        const own = tokens.filter((line) => line.model === model && line.sample === sample && 'id' in line);
        expect(own.map(({ id }) => id)).toEqual(ids);
        expect(own[0]).toMatchObject({ index: 0, logprob: expect.any(Number), entropy: expect.any(Number) });
        expect(own[0]!.top5).toHaveLength(5);
        expect(tokens).toContainEqual(
          expect.objectContaining({ model, sample, tokens: ids.length, completion: expect.any(String) }),
        );
      }
    const alone = lines(await ok('sample', '--model', run, ...sampling, '--json'));
    expect(alone).toEqual([whole[2]]);
  });

  it('judges the completions of a problem, with votes and pass@k; a prefix begins each of them', async () => {
    const prefix = ['--prefix', '<think>0</think>1', '--set', 'reward.tagCount=0.1'];
    const asked = ['--model', run, '--problem', PROBLEM, '-n', '4', ...prefix, ...CPU];
    const [line] = lines(await ok('sample', ...asked, '--json'));
    expect(line).toMatchObject({ n: 4, correct: expect.any(Number), passAtK: [{ k: 1 }, { k: 2 }, { k: 4 }] });
    for (const { text, verdict, parts } of line!.completions as Record<string, unknown>[]) {
      expect(text).toMatch(/^<think>0<\/think>1/);
      expect(verdict).toMatchObject({ correct: expect.any(Boolean), text: expect.any(String) });
      expect(parts).toMatchObject([{ name: 'accuracy' }, { name: 'repetition' }, { name: 'tagCount' }]);
    }
    const { out } = await ok('sample', ...asked);
    expect(out).toMatch(/^<think>0<\/think>1.*\n {2}(right|wrong): .*; reward -?\d\.\d{3}\n/);
    expect(out).toMatch(/\d of 4 right; .*; pass@1 \d+\.\d %, pass@2 /);
  });

  it.each([
    [
      ['--model', run, '--model', run, '--model', run, '--model', run, '--prompt', '1='],
      '4 models are given; sample takes at most 3',
    ],
    [['--model', run], 'give either --problem or --prompt'],
    [['--model', run, '--problem', PROBLEM, '--answer', '1'], '--answer belongs to --prompt'],
    [['--model', run, '--prompt', '1=', '--prefix', '1<|im_end|>'], 'prefix: its end token ends the completion'],
    [['--model', run, '--prompt', '1=', '--set', 'reward.lenght=1'], 'there is no field reward.lenght'],
    [
      ['--model', run, '--prompt', '1=', '--set', 'reward.length=1'],
      '--set changes the reward, which only a problem has',
    ],
    [['--model', run, '--prompt', '1=', '--recipe', 'parity-12'], '--recipe changes the reward, which only a problem'],
    [['--model', `${run}@best`, '--prompt', '1='], 'there is no checkpoint "best"; it has grpo-2, grpo-0, '],
  ])('refuses %j', async (args, message) => {
    const { code, error } = await lab('sample', ...args, ...CPU);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });
});

describe('score', () => {
  const recipe = ['--recipe', 'parity-8-nano'];

  it('prints verdict, parts with reasons, total, and advantages of a group', async () => {
    const asked = [...recipe, '--problem', `@${write('problem.json', PROBLEM)}`];
    const texts = ['--completion', RIGHT, '--completion', RIGHT.replace('</think>1', '0')];
    const [line] = lines(await ok('score', ...asked, ...texts, '--json', '--set', 'reward.brevity=0.5'));
    expect(line).toMatchObject({ prompt: '110100=', task: 'parity' });
    const [right, broken] = line!.completions as Record<string, unknown>[];
    expect(right).toMatchObject({
      ...{ tokens: 11, ended: true, think: 'ok', answer: '1' },
      verdict: { correct: true, reason: { code: 'right' }, text: '1 is right' },
      parts: [
        { name: 'accuracy', value: 1, reason: { code: 'right' }, text: '1 is right; no length penalty (11 tokens)' },
        { name: 'repetition' },
        { name: 'brevity', weight: 0.5 },
      ],
    });
    expect(broken).toMatchObject({ think: 'missing', thinkFault: '</think> is missing', verdict: { correct: false } });
    expect((right!.advantage as number) + (broken!.advantage as number)).toBeCloseTo(0, 9);
    const { out } = await ok('score', ...asked, ...texts);
    expect(out).toContain(`${RIGHT}\nright: 1 is right\n11 tokens, ended; think tags: in order\n`);
    expect(out).toMatch(
      /^Accuracy, scaled by length +1 +0.6154 +0.6154 {2}1 is right; no length penalty \(11 tokens\)$/m,
    );
    expect(out).toMatch(/^advantage in this group: 0.707$/m);
  });

  it.each([
    [['--prompt', '1=', '--completion', RIGHT], '--answer is missing'],
    [['--prompt', '1=', '--answer', '1'], '--completion is missing'],
    [
      ['--prompt', '1=', '--answer', '1', '--completion', '日'],
      'character "日" at position 1 is outside the vocabulary',
    ],
    [['--prompt', '1=', '--answer', '1', '--completion', '-', '--completion', '-'], 'give - once'],
    [['--problem', '{', '--completion', RIGHT], '--problem is not JSON'],
    [['--problem', '{"prompt":"1=","answer":"1","problem":3}', '--completion', RIGHT], '--problem: problem: '],
  ])('refuses %j', async (args, message) => {
    const { code, error } = await lab('score', ...recipe, ...args);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });
});

describe('what-if', () => {
  it('prints the summary of an edited reward, and with --json a line per rollout', async () => {
    const asked = ['what-if', run, '--set', 'reward.length=0.5'];
    const { out } = await ok(...asked);
    expect(out).toMatch(/^2 steps, 8 rollouts, \d+\.\d % right$/m);
    expect(out).toMatch(/^correlation of reward with correctness +\S+ +\S+$/m);
    const all = lines(await ok(...asked, '--json'));
    expect(all).toHaveLength(9);
    expect(all[8]).toMatchObject({ summary: { steps: 2, rollouts: 8, after: { mean: expect.any(Number) } } });
    const [first] = all as {
      before: { reward: number };
      after: { reward: number; parts: { name: string; value: number }[] };
    }[];
    expect(first!.after.reward).toBeCloseTo(first!.before.reward + 0.5 * first!.after.parts[2]!.value, 12);
  });

  it.each([
    [[run, '--set', 'sft.steps=9'], '--set: sft.steps changes no reward of stored rollouts'],
    [[run], '--set is missing'],
    [['nowhere', '--set', 'reward.length=1'], 'what-if: there is no folder nowhere'],
    [['--set', 'reward.length=1'], 'what-if takes the folder of one run'],
  ])('refuses %j', async (args, message) => {
    const { code, error } = await lab('what-if', ...args);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });
});
