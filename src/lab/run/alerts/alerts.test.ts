/** Every alert: a series that raises it, and a near one that does not. */
import { describe, expect, it } from 'vitest';
import { smallStep } from '../smallRun.fixture';
import { traceOf } from './alert';
import { type Given, givenRun } from './alerts.fixture';
import { alerts } from './index';
import { AlertLog } from './log';

const LONG = 'completions/mean_length';
const CUT = 'completions/clipped_ratio';
/** Value that moves from one to the other over the steps 10 to 30. */
const ramp = (from: number, to: number) => (step: number) =>
  from + (to - from) * Math.min(1, Math.max(0, (step - 10) / 20));
/** Value of one step, among others. */
const at = (which: number, there: number, else_: number) => (step: number) => (step === which ? there : else_);
const sampled = (accuracy: number) => ({ problems: 256, accuracy, partial: accuracy, meanLength: 9, truncated: 0 });
const held = (before: number, after: number) => [
  { stage: 'sft' as const, sampled: sampled(before) },
  { stage: 'grpo' as const, sampled: sampled(after) },
];

type Metrics = Given['metrics'];
/** Series that raise an alert and series that do not, with the words of the first. */
const cases: Record<string, readonly [raises: Partial<Given>, calm: Partial<Given>, words: RegExp]> = {
  sft_diverges: [
    { sft: [4.7, 30, 82, 79], steps: 0 },
    { sft: [4.7, 4.5, 30, 3], steps: 0 },
    /loss is 79\.0, random guessing has 4\.64/,
  ],
  policy_destroyed: [
    { metrics: { accuracy: ramp(0.6, 0), reward: ramp(0.4, -0.5), kl: ramp(0, 9) } },
    { metrics: { accuracy: ramp(0.6, 0.2), reward: ramp(0.4, -0.5), kl: ramp(0, 9) } },
    /from 60 % to 0 %, KL is 9\.00/,
  ],
  guessing: [{ metrics: { entropy: 4.5 } }, { metrics: { entropy: 3.6 } }, /entropy is 4\.50, near the 4\.64/],
  untrained: [{ metrics: { entropy: 4.5 }, sft: [] }, { metrics: { entropy: 4.5 } }, /it had no SFT/],
  hacking: [
    { metrics: { reward: ramp(0.4, 0.6), accuracy: ramp(0.6, 0.4) } },
    { metrics: { reward: ramp(0.4, 0.6), accuracy: ramp(0.6, 0.57) } },
    /reward rose from 0\.4\d to 0\.60, accuracy on new problems fell from \d\d % to 40 %/,
  ],
  term_dominates: [
    { metrics: { 'rewards/tagCount/std': 0.9, 'rewards/accuracy/std': 0.1 }, reward: { tagCount: 1 } },
    { metrics: { 'rewards/tagCount/std': 0.3, 'rewards/accuracy/std': 0.3 }, reward: { tagCount: 1 } },
    /makes 9\d % of the spread of rewards/,
  ],
  equal_groups: [
    { metrics: { frac_reward_zero_std: 0.9, frac_accuracy_zero_std: 0.9, frac_all_wrong: 0.9 } },
    { metrics: { frac_reward_zero_std: 0.5, frac_accuracy_zero_std: 0.5, frac_all_wrong: 0.5 } },
    /90 % of the groups got identical rewards; 90 % are all wrong/,
  ],
  nearly_solved: [
    { metrics: { frac_reward_zero_std: 0.9, frac_accuracy_zero_std: 0.9, frac_all_wrong: 0.1 } },
    { metrics: { frac_reward_zero_std: 0.9, frac_accuracy_zero_std: 0.9, frac_all_wrong: 0.6 } },
    /90 % of the groups got identical rewards; 80 % are all right/,
  ],
  truncation: [
    { metrics: { [CUT]: 0.3 } },
    { metrics: { [CUT]: 0.2 } },
    /30 % of the completions hit the limit of \d+ tokens/,
  ],
  entropy_collapse: [
    { metrics: { entropy: ramp(0.2, 0.002) } },
    { metrics: { entropy: ramp(0.2, 0.002), accuracy: 0.95 } },
    /entropy fell from 0\.200 to 0\.002/,
  ],
  kl_jump: [
    { metrics: { kl: (step) => (step > 38 ? 0.5 : 0.02) } },
    { metrics: { kl: at(40, 0.5, 0.02) } },
    /KL went from 0\.020 to 0\.50 nats per token in one step/,
  ],
  kl_far: [{ metrics: { kl: 3 } }, { metrics: { kl: 1.9 } }, /KL is 3\.0 nats per token/],
  length_drift: [
    { metrics: { [LONG]: ramp(12, 24) } },
    { metrics: { [LONG]: ramp(12, 24), accuracy: ramp(0.6, 0.8) } },
    /completions went from 12\.0 to 24\.0 tokens/,
  ],
};

const given = (one: Partial<Given>): Given => ({ steps: 40, metrics: {}, ...one });
const raisedBy = (one: Partial<Given>) => new AlertLog(givenRun(given(one))).update(1);
const codes = (one: Partial<Given>) => raisedBy(one).map(({ record }) => record.code);

describe.each(alerts)('$code', ({ code }) => {
  const [raises, calm, words] = cases[code]!;

  it('is raised by its series, with its values in words', () => {
    const found = raisedBy(raises).find(({ record }) => record.code === code)!;
    const { title, detail } = found.record.words(found.values);
    expect(`${title}: ${detail}`.replaceAll(' ', ' ')).toMatch(words);
    expect(found.lasts).toBe(true);
  });

  it('is not raised by a series near to it', () => expect(codes(calm)).not.toContain(code));
});

it('a calm run raises none, and reaching the goal is no warning', () => {
  expect(codes({})).toEqual([]);
  const solved: Metrics = { accuracy: 1, frac_reward_zero_std: 1, frac_accuracy_zero_std: 1, frac_all_wrong: 0 };
  expect(raisedBy({ metrics: { ...solved, entropy: 0 } }).map(({ record }) => record.kind)).toEqual(['success']);
});

it('held-out accuracy that fell while the reward rose is hacking', () => {
  const reward = ramp(0.4, 0.45);
  const [found] = raisedBy({ metrics: { reward }, evaluations: held(0.6, 0.4) });
  expect(found!.record.words(found!.values).detail).toMatch(/accuracy on held-out problems fell from 60.% to 40.%/);
  expect(codes({ metrics: { reward }, evaluations: held(0.6, 0.58) })).toEqual([]);
  expect(codes({ metrics: { reward: 0.4 }, evaluations: held(0.6, 0.4) })).toEqual([]);
});

it('one unlucky batch raises nothing; an episode ends, and a later one takes its place and counts it', () => {
  expect(codes({ metrics: { [CUT]: at(20, 0.9, 0), kl: ramp(0.02, 0.5) } })).toEqual([]);
  const cut = (step: number) => ((step >= 10 && step < 15) || step >= 36 ? 0.5 : 0);
  expect(raisedBy({ metrics: { [CUT]: cut } }).map(({ from, to, lasts, times }) => [from, to, lasts, times])).toEqual([
    [36, 40, true, 2],
  ]);
});

it('a log that follows a run step by step finds what one finds at its end: one line for each alert', () => {
  const often = given({ steps: 400, metrics: { [CUT]: (step) => (step % 8 < 5 ? 0.5 : 0) } });
  const run = givenRun(often, 0);
  const log = new AlertLog(run);
  for (let steps = 1; steps <= often.steps; steps++) {
    (run as { length: number }).length = steps;
    log.update(1);
  }
  expect(log.update(1)).toEqual(new AlertLog(givenRun(often)).update(1));
  expect(log.update(1).map(({ record, times }) => [record.code, times])).toEqual([['truncation', 50]]);
  (run as { length: number }).length = 3;
  expect(log.isBehind()).toBe(true);
});

it('leads to the trace that shows it: a wrong answer that earns most, the longest that is cut off', () => {
  const { groups } = smallStep(1);
  const [first] = groups[0]!.rollouts;
  const group = (...changes: object[]) => ({ ...groups[0]!, rollouts: changes.map((one) => ({ ...first!, ...one })) });
  const record = (code: string) => alerts.find((one) => one.code === code)!;
  const earning = [group({ reward: 0.1 }, { reward: 0.9, correct: true }), group({ reward: 0.5 }, { reward: 0.2 })];
  expect(traceOf(record('hacking'), {}, earning)).toEqual({ group: 1, rollout: 0 });
  const cut = [group({ ids: [1, 2, 3] }, { ids: [1, 2], ended: false })];
  expect(traceOf(record('truncation'), {}, cut)).toEqual({ group: 0, rollout: 1 });
  expect(traceOf(record('truncation'), {}, [])).toBeNull();
});
