/** Models and prompts of the Playground by name, completions from batches, and the command for the terminal. */
import { describe, expect, it } from 'vitest';
import { outside } from '../lab/play/characters';
import { recipeByName } from '../lab/recipe/presets';
import { VOCABULARY } from '../text/vocabulary';
import type { PlayCheckpoint, PlayedTokens, RunModels } from '../worker/playProtocol';
import { lab } from './lab';
import { INITIAL_PLAY, playFault } from './playChoice';
import { commandNotes, playCommand } from './playCommand';
import { askedPrompt, defaultModels, namesOf, refOf, runOf, vocabularyOf } from './playModels';
import { emptyColumn, withMessages } from './playSamples';

const recipe = recipeByName('parity-8-nano');
const at = (name: string, isStageEnd = false): PlayCheckpoint => {
  const [stage, step] = name.split('-');
  return { name, stage: stage!, step: Number(step), isStageEnd, accuracy: null };
};
const models = (checkpoints: readonly PlayCheckpoint[], known = true): RunModels => ({
  ...{ run: 'r@1', recipe: known ? recipe : null, checkpoints, faults: [] },
});

describe('models that follow the run on screen', () => {
  it.each([
    [
      'after GRPO',
      [at('grpo-9'), at('grpo-4'), at('grpo-0'), at('sft-6', true), at('sft-3')],
      ['base', 'sft-6', 'grpo-9'],
    ],
    ['in SFT', [at('sft-3'), at('sft-0')], ['base', 'sft-3']],
    ['before its first step', [at('sft-0')], ['base']],
  ] as const)('%s', (_, checkpoints, names) => {
    expect(defaultModels(models(checkpoints))).toEqual(names.map((name) => `r@1@${name}`));
  });

  it('are none without a recipe and checkpoints: the untrained weights of the recipe on screen then', () => {
    expect(defaultModels(models([], false))).toBeNull();
    expect(namesOf({ ...INITIAL_PLAY, models: null })).toEqual(['base']);
    expect(defaultModels(models([at('grpo-2')], false))).toEqual(['r@1@grpo-2']);
  });
});

it('a name gives a run and its checkpoint, untrained weights, or a folder that is open', () => {
  const folder = { name: 'a@b', files: [], vocabulary: ['x'] };
  const state = lab.getState();
  expect(runOf('r@1@grpo-2')).toEqual({ run: 'r@1', checkpoint: 'grpo-2' });
  expect(refOf('r@1@grpo-2', state, [])).toEqual({ kind: 'run', run: 'r@1', checkpoint: 'grpo-2' });
  expect(refOf('base', state, [])).toEqual({ kind: 'untrained', recipe: state.draft });
  expect(refOf('folder:a@b', state, [folder])).toEqual({ kind: 'folder', name: 'a@b', files: [] });
  expect(vocabularyOf('folder:a@b', [folder])).toEqual(['x']);
  expect(() => refOf('folder:gone', state, [])).toThrow('The folder "gone" is not open');
  expect(() => refOf('thing', state, [])).toThrow('"thing" names no model');
});

it('a prompt is the typed one, the example of the recipe on screen, or a problem', () => {
  const state = lab.getState();
  const asked = (play: Partial<typeof state.play>) => askedPrompt({ ...state, play: { ...state.play, ...play } });
  const example = asked({});
  expect(example.prompt).toMatch(/^[01]{12}=$/);
  // the verifier of the task judges the example, until an answer is typed
  expect(example.problem).toMatchObject({
    task: 'parity',
    prompt: example.prompt,
    answer: expect.stringMatching(/^[01]$/),
  });
  expect(asked({ answer: '7' }).problem).toEqual({ prompt: example.prompt, answer: '7' });
  expect(asked({ prompt: '1=' })).toEqual({ prompt: '1=', problem: null });
  expect(asked({ prompt: '1=', answer: '1' }).problem).toEqual({ prompt: '1=', answer: '1' });
  expect(asked({ ask: 'problem' }).problem).toMatchObject({ task: 'parity', problem: { bits: expect.any(Array) } });
});

it('characters outside a vocabulary are found, with those inside; written special tokens are inside', () => {
  expect(outside('1+1=\n<think>', [VOCABULARY])).toBeNull();
  expect(outside('é1é', [['1'], VOCABULARY])).toEqual({ characters: ['é'], allowed: ['1'] });
  expect(outside('日', [VOCABULARY])!.allowed).toHaveLength(96);
});

it('a number outside its range has a fault', () => {
  expect(playFault('temperature', 0)).toBeNull();
  expect(playFault('temperature', 0.0001)).toBe('use 0, or 0.001 and more');
  expect(playFault('topP', 2)).toBe('use 0.01 to 1');
  expect(playFault('count', 1.5)).toBe('use a whole number');
  expect(playFault('seed', Number.NaN)).toBe('use 0 to 2147483647');
});

describe('completions', () => {
  const tokens: PlayedTokens = {
    ...{ type: 'tokens', column: 0, sample: 1, at: 0, top: 1 },
    ...{ ids: Uint32Array.of(3, 4), logprobs: Float32Array.of(-1, -2), entropies: Float32Array.of(1, 2) },
    ...{ topIds: Uint32Array.of(3, 5), topLogprobs: Float32Array.of(-1, -0.5) },
  };

  it('grow by batches in the column that a branch has on the page', () => {
    const before = [emptyColumn('a', 1), emptyColumn('b', 2)];
    const opened = { type: 'opened', maxNew: 9, columns: [{ vocabulary: ['x'], ends: [0] }] } as const;
    const after = withMessages(before, [opened, tokens, { ...tokens, at: 2 }], [1]);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toMatchObject({ model: 'b', vocabulary: ['x'], ends: [0] });
    expect(after[1]!.samples[1]!.ids).toEqual([3, 4, 3, 4]);
    expect(after[1]!.samples[1]!.tokens[1]).toEqual({ logprob: -2, entropy: 2, top: [{ id: 5, logprob: -0.5 }] });
    expect(after[1]!.samples[0]).toBe(before[1]!.samples[0]);
  });
});

it('the command names models, prompt and the options that differ', () => {
  const request = {
    ...{ prompt: "it's", problem: null, recipe: null, prefix: [], first: 0, count: 2, seed: 7 },
    ...{ temperature: 0.9, topK: 0, topP: 1, minP: 0.1, maxNew: 8 },
  };
  expect(playCommand(['r@1@grpo-2', 'folder:mine'], request)).toBe(
    `npm run lab -- sample --model runs/r@1@grpo-2 --model mine --prompt 'it'\\''s' -n 2 --temperature 0.9 --min-p 0.1 --max-new 8 --seed 7`,
  );
  const problem = { task: 'parity', prompt: '1=', answer: '1', problem: { bits: [1] } };
  expect(playCommand(['base'], { ...request, problem })).toContain(`--problem '{"task":"parity","prompt":"1="`);
  expect(commandNotes(['r@grpo-2', 'base', 'folder:mine'])).toHaveLength(3);
  expect(commandNotes([])).toEqual([]);
});
