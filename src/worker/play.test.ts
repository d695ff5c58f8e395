/** The Playground's worker on the CPU device: the tokens of `lab sample`, columns, folders, stops, and lost devices. */
import { beforeAll, describe, expect, it } from 'vitest';
import { modelToFiles } from '../formats/model';
import { NoGpuError } from '../gpu/browser';
import { openCpuDevice } from '../gpu/cpu';
import type { Device } from '../gpu/device';
import { storedModel } from '../lab/play/models';
import { tinyModel } from '../lab/play/play.fixture';
import { newTokensFor } from '../lab/play/room';
import { answerPrompt } from '../lab/probe/answer';
import { withFields } from '../lab/recipe/recipe';
import { PLAIN } from '../lab/run/tinyRun.fixture';
import { recordNew } from '../lab/stored/stored.fixture';
import { filesWithin } from '../runs/files';
import { memoryFiles } from '../runs/memoryFiles';
import { Play, type PlaySurroundings } from './play';
import type { ModelRef, PlayedTokens, PlayMessage, PlayRequest } from './playProtocol';

const RECIPE = withFields(PLAIN, { 'sft.steps': 2, 'grpo.steps': 1, 'grpo.prompts': 1, 'evaluation.base': false });
const files = memoryFiles();
const run = (checkpoint: string): ModelRef => ({ kind: 'run', run: 'tiny', checkpoint });
const missing = async (): Promise<never> => {
  throw new NoGpuError('unsupported', 'this browser has no navigator.gpu');
};
const playWith = (around: Partial<PlaySurroundings> = {}) =>
  new Play({ files: async () => files, open: missing, openCpu: openCpuDevice, ...around });

const REQUEST: PlayRequest = {
  ...{ models: [run('base')], prompt: '11010=', problem: null, recipe: null, prefix: [], first: 0, count: 2, seed: 5 },
  ...{ temperature: 0.9, topK: 12, topP: 0.95, minP: 0.01, maxNew: null },
};

async function messagesOf(play: Play, request: Partial<PlayRequest> = {}): Promise<PlayMessage[]> {
  const messages: PlayMessage[] = [];
  await play.sample({ ...REQUEST, ...request }, (batch) => messages.push(...batch));
  return messages;
}
const tokensOf = (messages: readonly PlayMessage[], sample: number, column = 0): PlayedTokens[] =>
  messages.filter(
    (message): message is PlayedTokens =>
      message.type === 'tokens' && message.sample === sample && message.column === column,
  );
const idsOf = (tokens: readonly PlayedTokens[]) => tokens.flatMap(({ ids }) => [...ids]);

beforeAll(() => recordNew(filesWithin(files, 'tiny'), RECIPE));

describe('models', () => {
  it('of a run are its checkpoints, newest first, with its recipe', async () => {
    const { recipe, checkpoints, faults } = await playWith().models('tiny');
    expect([recipe, faults]).toEqual([RECIPE, []]);
    expect(checkpoints.map(({ name }) => name)).toEqual(['grpo-1', 'grpo-0', 'sft-2']);
    await expect(playWith().models('gone')).rejects.toThrow('there is no run "gone" in this browser');
  });

  it('of a folder are read from its files, and an error names the file', async () => {
    const model = tinyModel(3);
    const saved = Object.entries(modelToFiles(model));
    const chosen = saved.map(([name, bytes]) => new File([bytes as BlobPart], name));
    const play = playWith();
    const opened = await play.openFolder('mine', chosen);
    expect(opened).toEqual({ name: 'mine', vocabulary: model.tokenizer.tokens, recipe: null });
    const [answer] = await answerPrompt(openCpuDevice(), model, '1=', 1, { ...REQUEST, maxNew: 8 });
    const request = { models: [{ kind: 'folder', name: 'mine', files: chosen } as const], prompt: '1=', maxNew: 8 };
    expect(idsOf(tokensOf(await messagesOf(play, request), 0))).toEqual(answer!.ids);
    const without = (name: string) => chosen.filter((file) => file.name !== name);
    await expect(play.openFolder('mine', without('tokenizer.json'))).rejects.toThrow(
      '"mine": tokenizer.json is missing',
    );
    const damaged = new File(['{'], 'config.json');
    await expect(play.openFolder('mine', [...without('config.json'), damaged])).rejects.toThrow(/"mine": config\.json/);
  });
});

describe('samples', () => {
  it('have the tokens of lab sample for each column on one seed, with five likeliest of each', async () => {
    const names = ['base', 'sft-2', 'grpo-1'];
    const messages = await messagesOf(playWith(), { models: names.map(run) });
    const models = await Promise.all(names.map((name) => storedModel(filesWithin(files, 'tiny'), name)));
    const maxNew = newTokensFor(
      models.map(({ model }) => model),
      REQUEST.prompt,
      null,
    );
    for (const [column, { model }] of models.entries()) {
      const answers = await answerPrompt(openCpuDevice(), model, REQUEST.prompt, 2, { ...REQUEST, maxNew });
      for (const [sample, { ids, ended, text }] of answers.entries()) {
        const tokens = tokensOf(messages, sample, column);
        expect(idsOf(tokens)).toEqual(ids);
        expect(tokens[0]).toMatchObject({ at: 0, top: 5 });
        expect(tokens[0]!.topIds).toHaveLength(5 * tokens[0]!.ids.length);
        expect(messages).toContainEqual(expect.objectContaining({ type: 'completion', column, sample, ended, text }));
      }
    }
    expect(messages[0]).toMatchObject({ type: 'device', kind: 'cpu', missing: { cause: 'unsupported' } });
    expect(messages[1]).toMatchObject({ type: 'opened', maxNew });
    expect(messages.at(-1)).toEqual({ type: 'ended' });
  });

  it('of a branch go on from the tokens before it, with the random numbers of their completion', async () => {
    const play = playWith();
    const whole = idsOf(tokensOf(await messagesOf(play), 1));
    const prefix = whole.slice(0, 3);
    expect(idsOf(tokensOf(await messagesOf(play, { prefix, first: 1, count: 1 }), 1))).toEqual(whole);
  });

  it('of a problem have verdict, reward parts, majority and pass@k', async () => {
    const problem = { task: 'parity', prompt: '11010=', answer: '1', problem: { bits: [1, 1, 0, 1, 0] } };
    const messages = await messagesOf(playWith(), { problem, models: [run('grpo-1')] });
    const completion = messages.find((message) => message.type === 'completion');
    expect(completion!.verdict).toMatchObject({ correct: expect.any(Boolean) });
    expect(completion!.reward!.parts.map(({ name }) => name)).toEqual(['accuracy', 'repetition']);
    const attempts = messages.find((message) => message.type === 'attempts');
    expect(attempts).toMatchObject({ count: 2, passAtK: [{ k: 1 }, { k: 2 }] });
  });

  it('fail naming the model, the character or the limit, and the next ones work', async () => {
    const play = playWith();
    const failure = async (request: Partial<PlayRequest>) => (await messagesOf(play, request)).at(-1);
    for (const [request, message] of [
      [{ models: [run('grpo-9')] }, 'tiny: there is no checkpoint "grpo-9"; it has grpo-1, grpo-0, sft-2'],
      [{ prompt: '1é=' }, 'prompt: character "é" at position 2 is outside the vocabulary'],
      [{ prompt: '1'.repeat(500) }, 'which leaves none to sample'],
      [{ maxNew: 500 }, 'use at most'],
    ] as const)
      expect(await failure(request)).toMatchObject({
        type: 'failed',
        message: expect.stringContaining(message),
        cause: null,
      });
    expect(await failure({})).toEqual({ type: 'ended' });
  });

  it('end at a stop, after which others start', async () => {
    const play = playWith();
    const seen: PlayMessage[] = [];
    const stopped = play.sample({ ...REQUEST, count: 64 }, (batch) => {
      seen.push(...batch);
      if (seen.some(({ type }) => type === 'tokens')) void play.stop();
    });
    await stopped;
    expect(seen.some(({ type }) => type === 'attempts')).toBe(false);
    expect((await messagesOf(play)).at(-1)).toEqual({ type: 'ended' });
  });

  it('report a lost device, and the next ones open one again', async () => {
    let opened = 0;
    let lose = (_: string) => {};
    const open = async (onLost: (reason: string) => void): Promise<Device> => {
      opened++;
      lose = onLost;
      const device = openCpuDevice();
      if (opened > 1) return device;
      return { ...device, read: () => new Promise(() => lose('the driver was reset')) };
    };
    const play = playWith({ open });
    expect((await messagesOf(play)).at(-1)).toEqual({ type: 'failed', message: 'the driver was reset', cause: 'lost' });
    expect((await messagesOf(play)).at(-1)).toEqual({ type: 'ended' });
    expect(opened).toBe(2);
  });
});
