/** `train --apply`, and `what-if`, `runs diff` and `inspect` on its run. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { at, CPU, lab, lines, smallestTraining, weightsOf } from './cli.fixture';

const SETS = ['sft.steps=2', 'grpo.steps=3', 'checkpoints.everySteps=1', 'checkpoints.everySeconds=0'];
const APPLY = [
  ...['--apply', 'sft-1:sft.learningRate=0.002', '--apply', '1:grpo.temperature=0.5'],
  ...['--apply', '1:reward.brevity=0.5', '--apply', 'grpo-2:grpo.beta=0.5'],
];
const [plain, changed] = [at('runs/plain'), at('runs/changed')];
let shown: string;
beforeAll(async () => {
  for (const [out, more] of [
    [plain, []],
    [changed, APPLY],
  ] as const) {
    const ended = await lab(...smallestTraining(out, ...SETS), ...more);
    expect(ended.code, ended.error).toBe(0);
    shown = ended.error;
  }
});

const journal = (run: string) => fs.readFileSync(path.join(run, 'events.jsonl'), 'utf8');

describe('train --apply', () => {
  it('changes fields at their steps, prints them and writes them to the journal', () => {
    expect(shown).toMatch(/^applied after SFT step 1:\n {2}sft\.learningRate: 0\.003 → 0\.002$/m);
    expect(shown).toMatch(
      /^applied after GRPO step 1:\n {2}grpo\.temperature: 1 → 0\.5\n {2}reward\.brevity: 0 → 0\.5$/m,
    );
    expect(journal(changed).match(/"type":"apply"/g)).toHaveLength(3);
    expect(journal(plain)).not.toContain('"type":"apply"');
    expect(weightsOf(changed, 'sft-1').equals(weightsOf(plain, 'sft-1'))).toBe(true);
    expect(weightsOf(changed, 'sft-2').equals(weightsOf(plain, 'sft-2'))).toBe(false);
  });

  it.each(['grpo-1', 'grpo-2'])('is repeated by --resume from %s', async (last) => {
    const copy = at(`resumed-${last}`);
    fs.cpSync(changed, copy, { recursive: true });
    fs.rmSync(path.join(copy, 'summary.json'));
    for (const name of fs.readdirSync(path.join(copy, 'checkpoints')))
      if (name.startsWith('grpo-') && name > last) fs.rmSync(path.join(copy, 'checkpoints', name), { recursive: true });
    const ended = await lab('train', '--resume', copy, ...CPU);
    expect(ended.code, ended.error).toBe(0);
    expect(weightsOf(copy, 'grpo-3').equals(weightsOf(changed, 'grpo-3'))).toBe(true);
    expect(journal(copy).match(/"type":"apply"/g)).toHaveLength(3);
  });

  it.each([
    ['reward.brevity=1', 'is not of the form STEP:field=value'],
    ['x:grpo.beta=0', 'is not of the form STEP:field=value'],
    ['1:grpo.beta', '--apply: "grpo.beta" is not of the form field=value'],
    ['1:grpo.bet=0', '--apply: recipe: there is no field grpo.bet'],
    ['1:grpo.beta=-1', 'grpo.beta'],
    ['3:grpo.beta=0', '--apply: grpo-3 is the end of the stage or later; use 0 to 2'],
    ['1:model.width=32', 'apply after grpo-1: model.width: belongs to the weights; start a new run'],
    ['1:grpo.groupSize=4', 'apply after grpo-1: grpo.groupSize: sets the size of buffers; fork a checkpoint'],
    ['1:sft.learningRate=1', 'apply after grpo-1: sft.learningRate: belongs to SFT, which has ended'],
  ])('refuses %s', async (text, message) => {
    const ended = await lab(...smallestTraining(at('refused'), ...SETS), '--apply', text);
    expect([ended.code, ended.error]).toEqual([2, expect.stringContaining(message)]);
    expect(fs.existsSync(at('refused'))).toBe(false);
  });

  it('refuses a step that a fork has behind it', async () => {
    const ended = await lab(
      'train',
      '--fork',
      `${plain}@grpo-2`,
      '--out',
      at('late'),
      '--apply',
      '1:grpo.beta=0',
      ...CPU,
    );
    expect([ended.code, ended.error]).toEqual([2, expect.stringContaining('--apply: grpo-1 is over')]);
  });
});

describe('a run with changes', () => {
  it('has a what-if that edits its last recipe', async () => {
    const ended = await lab('what-if', changed, '--set', 'grpo.scaleRewards=none', '--json');
    expect(ended.code, ended.error).toBe(0);
    type Row = { step: number; before: { reward: number }; after: { reward: number; parts: { name: string }[] } };
    const rows = (lines(ended) as unknown as Row[]).slice(0, -1);
    expect(rows.map(({ step }) => step)).toEqual([1, 1, 2, 2, 3, 3]);
    for (const { step, before, after } of rows) {
      expect(after.parts.map(({ name }) => name)).toContain('brevity');
      if (step > 1) expect(after.reward).toBe(before.reward);
    }
  });

  it('differs from its twin in the fields at the end', async () => {
    const { out } = await lab('runs', 'diff', plain, changed);
    expect(out).toMatch(/^recipe field .+\nsft\.learningRate at the end +0\.003 +0\.002\n/);
    const [{ recipe, applied }] = lines(await lab('runs', 'diff', plain, changed, '--json')) as [
      Record<string, unknown>,
    ];
    expect([recipe, applied]).toEqual([[], expect.arrayContaining([{ field: 'reward.brevity', a: 0, b: 0.5 }])]);
  });
});

describe('inspect', () => {
  const inspect = (...more: string[]) => lab('inspect', changed, ...more, ...CPU);

  it('prints the tokens of a rollout under a checkpoint that it names', async () => {
    const ended = await inspect('--step', '2', '--group', '0', '--rollout', '1', '--checkpoint', 'grpo-1');
    expect(ended.code, ended.error).toBe(0);
    const { tokens, ...rest } = JSON.parse(ended.out);
    expect(rest).toMatchObject({
      weights: { checkpoint: 'grpo-1', stage: 'grpo', step: 1, reference: 'stored' },
      ...{ step: 2, group: 0, rollout: 1, temperature: 0.5 },
    });
    for (const { logprobs } of tokens) expect(logprobs.current).toBeCloseTo(logprobs.old, 5);
  });

  it('takes the newest checkpoint, and the first rollout of step 1', async () => {
    const { weights, step, group, rollout } = JSON.parse((await inspect()).out);
    expect([weights.checkpoint, step, group, rollout]).toEqual(['grpo-3', 1, 0, 0]);
  });

  it.each([
    [['--step', '9'], 'the journal has no GRPO step 9'],
    [['--group', '7'], 'group: step 1 has no group 7; use 0 to 0'],
    [['--rollout', '7'], 'rollout: group 0 has no rollout 7; use 0 to 1'],
    [['--checkpoint', 'grpo-8'], 'there is no checkpoint "grpo-8"'],
  ])('names what the run does not have: %j', async (more, message) => {
    const ended = await inspect(...more);
    expect([ended.code, ended.error]).toEqual([2, expect.stringContaining(message)]);
  });
});
