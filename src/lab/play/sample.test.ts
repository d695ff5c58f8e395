/** Streaming: the tokens of `lab sample`, their numbers against double precision, branches, columns, verdicts and votes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import type { Device } from '../../gpu/device';
import { loadWeights, openModel } from '../../model/model';
import { openReward } from '../../rewards/total';
import { sequenceLogits } from '../../train/scoring';
import { answerPrompt } from '../probe/answer';
import { recipeByName } from '../recipe/presets';
import { parity, tinyModel, tokenizer } from './play.fixture';
import { type SampleEvent, type SampleOptions, sample, sampleCompletions, type TokenEvent } from './sample';

const PROMPT = '1101=';
const OPTIONS: SampleOptions = {
  ...{ temperature: 0.9, topK: 12, topP: 0.95, minP: 0.01, maxNew: 40, seed: 5 },
  ...{ prompt: PROMPT, count: 3 },
};
const model = tinyModel(3);
let device: Device;

beforeAll(() => {
  device = openCpuDevice();
});
afterAll(() => device.destroy());

async function eventsOf(options: Partial<SampleOptions> = {}, models = [model]): Promise<SampleEvent[]> {
  const events: SampleEvent[] = [];
  for await (const event of sample(device, models, { ...OPTIONS, ...options })) events.push(event);
  return events;
}
const tokensOf = (events: readonly SampleEvent[], sampleIndex: number, column = 0): TokenEvent[] =>
  events.filter(
    (event): event is TokenEvent => event.type === 'token' && event.sample === sampleIndex && event.column === column,
  );
const idsOf = (tokens: readonly TokenEvent[]) => tokens.map(({ id }) => id);

describe('tokens', () => {
  it('equal those of lab sample, each once and in order', async () => {
    const events = await eventsOf();
    const answers = await answerPrompt(device, model, PROMPT, 3, OPTIONS);
    for (const [s, { ids, logprobs, ended, text }] of answers.entries()) {
      const tokens = tokensOf(events, s);
      expect(idsOf(tokens)).toEqual(ids);
      expect(tokens.map(({ index }) => index)).toEqual(ids.map((_, i) => i));
      const completion = events.find((event) => event.type === 'completion' && event.sample === s);
      expect(completion).toMatchObject({ ids, ended, text, logprobs, verdict: null, reward: null });
    }
    expect(answers.some(({ ids }) => ids.length > 31)).toBe(true); // more steps than one readback has
  });

  it('have the log-probability, entropy and top 5 of a double-precision softmax', async () => {
    const tokens = tokensOf(await eventsOf({ count: 1 }), 0);
    const loaded = openModel(device, model.config);
    loadWeights(loaded, model.tensors);
    const prompt = tokenizer.chatPrompt(PROMPT);
    const [rows] = await sequenceLogits(loaded, [[...prompt, ...idsOf(tokens)]]);
    loaded.destroy();
    for (const { index, id, logprob, entropy, top } of tokens) {
      const logits = [...rows![prompt.length - 1 + index]!];
      const lse = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      const logprobs = logits.map((logit) => logit - lse);
      expect(logprob).toBeCloseTo(logprobs[id]!, 5);
      expect(entropy).toBeCloseTo(-logprobs.reduce((sum, lp) => sum + Math.exp(lp) * lp, 0), 5);
      const ranked = [...logprobs.keys()].sort((a, b) => logprobs[b]! - logprobs[a]!).slice(0, 5);
      expect(top.map((one) => one.id)).toEqual(ranked);
      top.forEach((one, i) => expect(one.logprob).toBeCloseTo(logprobs[ranked[i]!]!, 5));
    }
  });

  it('at temperature 1 without truncation have the log-probability of the sampler', async () => {
    const events = await eventsOf({ temperature: 1, topK: 0, topP: 1, minP: 0 });
    const completion = events.find((event) => event.type === 'completion');
    tokensOf(events, completion!.sample).forEach(({ logprob }, t) =>
      expect(logprob).toBeCloseTo(completion!.logprobs![t]!, 5),
    );
  });
});

describe('a prefix', () => {
  it('of sampled tokens goes on as the completion did, with the same numbers', async () => {
    const whole = tokensOf(await eventsOf(), 1);
    for (const length of [1, 35]) {
      const prefix = whole.slice(0, length).map(({ text }) => text);
      const tokens = tokensOf(await eventsOf({ prefix: prefix.join('') }), 1);
      expect(tokens).toEqual(whole.map((token, i) => ({ ...token, forced: i < length })));
    }
  });

  it('branches to another of the top 5', async () => {
    const whole = tokensOf(await eventsOf({ count: 1 }), 0);
    const other = whole[3]!.top.find(({ id }) => id !== whole[3]!.id)!;
    const before = whole.slice(0, 3).map(({ text }) => text);
    const tokens = tokensOf(await eventsOf({ count: 1, prefix: before.join('') + tokenizer.token(other.id) }), 0);
    expect(tokens.slice(0, 3)).toEqual(whole.slice(0, 3).map((token) => ({ ...token, forced: true })));
    expect(tokens[3]).toMatchObject({ id: other.id, logprob: other.logprob, top: whole[3]!.top });
    expect(tokens[4]).toMatchObject({ index: 4, forced: false });
  });

  it('is refused if it ends the completion or leaves nothing to sample', async () => {
    await expect(eventsOf({ prefix: '1<|im_end|>' })).rejects.toThrow('prefix: its end token ends the completion');
    await expect(eventsOf({ prefix: '1'.repeat(40) })).rejects.toThrow('40 tokens leave none of 40');
  });
});

it('several models on one seed: each column as on its own', async () => {
  const models = [model, tinyModel(4)];
  const events = await eventsOf({ count: 2 }, models);
  for (const [column, one] of models.entries()) {
    const alone = await eventsOf({ count: 2 }, [one]);
    for (const s of [0, 1])
      expect(tokensOf(events, s, column)).toEqual(tokensOf(alone, s).map((token) => ({ ...token, column })));
  }
  expect(events.filter(({ type }) => type === 'attempts').map(({ column }) => column)).toHaveLength(2);
});

it('a caller that stops at the first token leaves the device usable', async () => {
  for await (const { type } of sample(device, [model], OPTIONS)) {
    expect(type).toBe('token');
    break;
  }
  expect(await eventsOf()).toEqual(await eventsOf());
});

it('a model with missing weights leaves no memory in use', async () => {
  const before = device.counters.bytesLive;
  const broken = { ...model, tensors: new Map([...model.tensors].slice(1)) };
  await expect(eventsOf({}, [model, broken])).rejects.toThrow('model.safetensors');
  expect(device.counters.bytesLive).toBe(before);
});

it('a problem gives verdicts, rewards, majority and pass@k, with and without numbers of tokens', async () => {
  const reward = await openReward(recipeByName('parity-8-nano').reward);
  const options = { ...OPTIONS, problem: parity, reward, count: 8 };
  const streamed = (await eventsOf(options)).filter(({ type }) => type !== 'token');
  const plain: SampleEvent[] = [];
  for await (const event of sampleCompletions(device, model, options)) plain.push(event);
  const bySample = (event: SampleEvent) => ('sample' in event ? event.sample : 8);
  expect(streamed.sort((a, b) => bySample(a) - bySample(b))).toEqual(plain);
  const completions = plain.filter((event) => event.type === 'completion');
  for (const { verdict, reward } of completions) {
    expect(verdict).toMatchObject({ correct: expect.any(Boolean), reason: { code: expect.any(String) } });
    expect(reward!.parts.map(({ name }) => name)).toEqual(['accuracy', 'repetition']);
  }
  const correct = completions.filter(({ verdict }) => verdict!.correct).length;
  expect(plain.at(-1)).toMatchObject({
    type: 'attempts',
    count: 8,
    correct,
    passAtK: [{ k: 1, value: correct / 8 }, { k: 2 }, { k: 4 }, { k: 8 }],
  });
});
