/** Bad input: exit code 2, the place of the fault, and no change on disk. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../formats/safetensors';
import { goldenFolder, untied } from '../model/goldens.fixture';
import { at, lab, untrainedModel, write } from './cli.fixture';

const untrained = untrainedModel('untrained');

describe('bad input ends with exit code 2, names the place, and changes nothing', () => {
  const golden = goldenFolder(untied);
  const broken = (
    name: string,
    change: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void,
  ) => {
    mkdirSync(at(name));
    const tensors = new Map(readSafetensors(readFileSync(path.join(golden, 'model.safetensors'))));
    change(tensors);
    write(`${name}/config.json`, readFileSync(path.join(golden, 'config.json')));
    write(`${name}/model.safetensors`, writeSafetensors(tensors));
    return at(name);
  };
  const missing = broken('missing', (tensors) => tensors.delete('model.norm.weight'));
  const misshapen = broken('misshapen', (tensors) =>
    tensors.set('model.norm.weight', { shape: [4], data: new Float32Array(4) }),
  );
  const sampleInput = write('in.json', JSON.stringify({ prompts: [[1]], max_new: 2 }));
  mkdirSync(at('full'));
  write('full/letter.txt', 'dear');
  const recipe = write('recipe.json', JSON.stringify({ name: 'x', grpo: { stepz: 1 } }));

  it.each([
    [
      'an unknown recipe',
      ['train', '--recipe', 'nope', '--out', at('no')],
      'there is no recipe "nope"; there are parity-12',
    ],
    [
      'a field out of range',
      ['train', '--recipe', 'parity-12', '--out', at('no'), '--set', 'grpo.groupSize=1'],
      'grpo.groupSize',
    ],
    ['an unknown field', ['train', '--recipe', recipe, '--out', at('no')], 'unknown field "stepz"; remove it'],
    ['a folder of something else', ['train', '--recipe', 'parity-12', '--out', at('full')], 'holds letter.txt'],
    [
      'a custom term from a file that does not compile',
      [
        ...['train', '--recipe', 'parity-12', '--out', at('no'), '--set', 'reward.custom=1'],
        '--set',
        `reward.customSource=@${write('term.js', '(rollout) =>\n  rollout..length')}`,
      ],
      'recipe: reward.customSource: line 2, column 11: ',
    ],
    [
      'an unknown adapter',
      ['train', '--recipe', 'parity-12', '--out', at('no'), '--adapter', 'abacus'],
      '--adapter: "abacus" is unknown; use one of auto, webgpu, cpu',
    ],
    [
      'a level without held-out problems',
      ['train', '--recipe', 'parity-12', '--out', at('no'), '--set', 'task.level=1'],
      'raise the level',
    ],
    [
      'a missing tensor',
      ['probe', 'sample', '--model', missing, '--in', sampleInput, '--out', at('no')],
      'model.norm.weight is missing',
    ],
    [
      'a misshapen tensor',
      ['probe', 'sample', '--model', misshapen, '--in', sampleInput, '--out', at('no')],
      'model.norm.weight has shape [4], expected [32]',
    ],
    [
      'a token outside the vocabulary',
      [
        'probe',
        'sample',
        '--model',
        golden,
        '--in',
        write('over.json', JSON.stringify({ prompts: [[48]], max_new: 2 })),
        '--out',
        at('no'),
      ],
      'token 48 is outside the vocabulary of 48',
    ],
    ['a missing model', ['sample', '--model', at('nowhere'), '--prompt', '1='], 'nowhere'],
    ['an unknown task', ['data', '--task', 'toString'], 'there is no task "toString"'],
    [
      'a problem of another task',
      ['verify', '--task', 'parity', '--in', write('v.jsonl', '{"problem":{"terms":[1,2]},"completion":"3"}')],
      'line 1: problem: bits',
    ],
    [
      'a cluster of more problems than exist',
      [
        ...['train', '--recipe', 'parity-12', '--out', at('no'), '--set'],
        'data.clusters=[{"task":"parity","level":4,"problems":40}]',
      ],
      'parity at 4 bits has about 14 different training problems, not 40',
    ],
    [
      'a malformed task list',
      ['transfer', '--models', untrained, '--tasks', 'parity:8:9'],
      '--tasks: "parity:8:9" is not of the form task:level',
    ],
    [
      'a mixture of one domain twice',
      [
        'mixture',
        '--recipe',
        'parity-8-nano',
        '--tasks',
        'parity:6,parity:6',
        '--problems',
        '9',
        '--out',
        at('no.json'),
      ],
      'recipe: data.clusters.1: parity at 6 is listed twice',
    ],
    ['an unknown command', ['sing'], 'there is no command sing'],
  ])('%s', async (_, args, message) => {
    const ended = await lab(...args);
    expect(ended.error).toContain(message);
    expect(ended.error).not.toMatch(/^\s+at /m);
    expect(ended.code).toBe(2);
    expect(existsSync(at('no'))).toBe(false);
    expect(readdirSync(at('full'))).toEqual(['letter.txt']);
  });

  it('a prompt with a character outside the vocabulary', async () => {
    const ended = await lab('sample', '--model', untrained, '--prompt', '11é=');
    expect(ended.error).toContain('prompt: character "é" at position 3 is outside the vocabulary');
    expect(ended.code).toBe(2);
  });
});
