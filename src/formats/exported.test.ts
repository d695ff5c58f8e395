/**
 * The exported folder against transformers and TRL. `goldens/check_export.py` loads the folder `goldens/exported` there in nine
 * ways. These tests write the same folder and compute the same results.
 * To update it, run `npx vitest run src/formats/exported.test.ts -u`, then the script.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import { parseJsonFile } from '../json';
import { answerPrompt } from '../lab/probe/answer';
import { probeStep, probeStepSchema } from '../lab/probe/step';
import { Tokenizer } from '../text/tokenizer';
import { MODEL_FILES, modelToFiles, readModelFolder } from './model';
import type { ReadFile } from './weights';

const GOLDENS = path.resolve(import.meta.dirname, 'goldens');
const read = (...names: string[]) => readFileSync(path.join(GOLDENS, ...names));
const folder =
  (name: string): ReadFile =>
  (file) =>
    existsSync(path.join(GOLDENS, name, file)) ? read(name, file) : null;

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}
interface Evidence {
  readonly model: { readonly ids: number[]; readonly logits: number[][] };
  readonly tokens: { readonly pad: number; readonly eos: number; readonly special: number[] };
  readonly padding: { readonly prompts: string[]; readonly ids: number[][]; readonly mask: number[][] };
  readonly template: readonly {
    readonly messages: readonly Message[];
    readonly ids: number[];
    readonly text: string;
    readonly assistant_mask: number[];
  }[];
  readonly maximum: number;
  readonly generation: readonly { readonly prompt: string; readonly ids: number[]; readonly text: string }[];
  readonly think: readonly { readonly ids: number[]; readonly text: string; readonly skipped: string }[];
  readonly chat: string;
}
const evidence = parseJsonFile(read('evidence.json'), 'evidence.json') as Evidence;

const model = readModelFolder(folder('exported'));
const written = modelToFiles(model);
const { tokenizer } = model;
const json = (name: (typeof MODEL_FILES)[number]) => parseJsonFile(written[name], name) as Record<string, unknown>;

describe('the folder that transformers and TRL loaded', () => {
  it('equals the one that we write, file by file', async () => {
    expect(Object.keys(written).sort()).toEqual([...MODEL_FILES].sort());
    expect(Buffer.from(written['model.safetensors']).equals(read('exported', 'model.safetensors'))).toBe(true);
    for (const name of MODEL_FILES.filter((file) => file.endsWith('.json')))
      await expect(Buffer.from(written[name]).toString()).toMatchFileSnapshot(path.join(GOLDENS, 'exported', name));
  });

  it('agrees on tokens and lengths in every file', () => {
    const { pad, eos, special } = evidence.tokens;
    expect(json('config.json')).toMatchObject({
      eos_token_id: eos,
      pad_token_id: pad,
      max_position_embeddings: evidence.maximum,
      original_max_position_embeddings: evidence.maximum,
      dtype: 'float32',
    });
    expect(json('generation_config.json')).toMatchObject({ eos_token_id: eos, pad_token_id: pad });
    const names = { eos_token: tokenizer.token(eos), pad_token: tokenizer.token(pad) };
    expect(json('special_tokens_map.json')).toEqual(names);
    expect(json('tokenizer_config.json')).toMatchObject({ ...names, model_max_length: evidence.maximum });
    const flagged = json('tokenizer.json').added_tokens as { id: number; special: boolean }[];
    expect(flagged.filter((token) => token.special).map(({ id }) => id)).toEqual(special);
    expect(flagged.filter((token) => !token.special).map(({ id }) => tokenizer.token(id))).toEqual([
      '<think>',
      '</think>',
    ]);
  });

  it('reads as the same model after transformers saves it again', () => {
    const back = readModelFolder(folder('resaved'));
    expect(back.config).toEqual(model.config);
    expect([...back.tensors].sort()).toEqual([...model.tensors].sort());
    expect(back.tokenizer.tokens).toEqual(tokenizer.tokens);
  });
});

describe('tokens equal those of transformers', () => {
  it('for the chat template, with the assistant’s tokens marked', () => {
    for (const { messages, ids, text, assistant_mask } of evidence.template) {
      const { start, separator, user, assistant } = tokenizer.special;
      const turns = messages.map(({ role, content }) =>
        role === 'user'
          ? { opening: [start, user, separator], body: tokenizer.completion(content), own: 0 }
          : { opening: [start, assistant, separator], body: tokenizer.completion(content), own: 1 },
      );
      const rendered = turns.flatMap(({ opening, body }) => [...opening, ...body]);
      const prompted = messages.at(-1)?.role === 'user';
      expect(ids).toEqual(prompted ? [...rendered, start, assistant, separator] : rendered);
      expect(tokenizer.decode(ids)).toBe(text);
      expect(assistant_mask).toEqual(
        turns.flatMap(({ opening, body, own }) => [...opening.map(() => 0), ...body.map(() => own)]),
      );
    }
    const [{ messages, ids }] = evidence.template as [Evidence['template'][number]];
    expect(tokenizer.chatPrompt(messages[0]!.content)).toEqual(ids);
  });

  it('for a padded batch', () => {
    const { prompts, ids, mask } = evidence.padding;
    prompts.forEach((prompt, row) => {
      expect(ids[row]!.filter((_, i) => mask[row]![i] === 1)).toEqual(tokenizer.encode(prompt));
      expect(ids[row]!.every((id, i) => mask[row]![i] === 1 || id === evidence.tokens.pad)).toBe(true);
    });
  });

  it('when decoded, think tags included', () => {
    for (const { ids, text, skipped } of evidence.think) {
      expect(tokenizer.decode(ids)).toBe(text);
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(tokenizer.decode(ids.filter((id) => !evidence.tokens.special.includes(id)))).toBe(skipped);
      expect(skipped).toContain('</think>');
    }
    const sum = evidence.think.find(({ skipped }) => skipped === '<think>1+1=2</think>2');
    expect(sum?.ids).toEqual([4, 26, 20, 26, 38, 27, 5, 27, evidence.tokens.eos]);
  });

  it('for a tokenizer.json with the think tags as special tokens', () => {
    const file = tokenizer.toJson() as { added_tokens: { special: boolean }[] };
    const older = { ...file, added_tokens: file.added_tokens.map((token) => ({ ...token, special: true })) };
    expect(Tokenizer.fromJson(older).tokens).toEqual(tokenizer.tokens);
  });
});

describe('numbers equal those of transformers', () => {
  it('for the logits of a prompt and its answer', async () => {
    const { ids, logits } = evidence.model;
    const device = openCpuDevice();
    const input = probeStepSchema.parse({
      segments: [{ ids, mask: ids.map((_, i) => (i > 0 ? 1 : 0)) }],
      optimizer: { lr: 0, betas: [0.9, 0.95], eps: 1e-6, weight_decay: 0, decay: 'matrices', max_grad_norm: null },
      steps: 1,
      want: ['logits'],
    });
    const got = await probeStep(device, model.config, model.tensors, input);
    device.destroy();
    const rows = got.logits![0]!;
    expect(rows.length).toBe(ids.length);
    const differences = logits.flatMap((row, t) => row.map((value, v) => Math.abs(value - rows[t]![v]!)));
    expect(Math.max(...differences)).toBeLessThan(1e-4); // f32 there, logits up to 20
  });

  it('greedy completions of a batch that transformers padded on the left', async () => {
    const device = openCpuDevice();
    for (const { prompt, ids, text } of evidence.generation) {
      const sampling = { temperature: 0, topK: 0, topP: 1, minP: 0, seed: 0, maxNew: 18 };
      const [answer] = await answerPrompt(device, model, prompt, 1, sampling);
      expect([...answer!.ids], prompt).toEqual(ids);
      expect(answer!.text).toBe(text);
    }
    device.destroy();
    expect(evidence.generation[0]!.text).toBe(`${evidence.chat}${tokenizer.token(evidence.tokens.eos)}`);
  });
});
