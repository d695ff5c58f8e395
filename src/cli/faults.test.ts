/** Unusual input: read for its meaning, or refused with its place. */
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenFolder, untied } from '../model/goldens.fixture';
import { at, lab, lines, untrainedModel, write } from './cli.fixture';
import { readOwn } from './own';

const jsonl = (name: string, rows: readonly unknown[]) =>
  write(name, rows.map((row) => JSON.stringify(row)).join('\n'));
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('numbers', () => {
  it('are compared as decimals of any size', async () => {
    const cases = [
      ['9007199254740993', '9007199254740993', true],
      ['9007199254740993', '9007199254740992', false],
      ['12345678901234567890', '12345678901234567891', false],
      ['12345678901234567890', '12345678901234567168', false],
      ['50000000000000000', '50000000000000001', false],
      ['2432902008176640000', '2432902008176640001', false],
      ['1e999', '1e999', true],
      ['0', '1e-400', false],
      ['0', '-0', true],
      ['0.3', '0.30000000000000001', false],
      ['-15', '\u221215', true],
      ['8', '+8.0', true],
      ['42', '42.', true],
      ['42', '042', true],
      ['42', '4.2e1', true],
      // an answer must be a plain number
      ['1000', '1,000', false],
      ['0.5', '1/2', false],
      ['50', '50%', false],
      ['42', '$42', false],
    ] as const;
    const completions = jsonl(
      'numbers.jsonl',
      cases.map(([answer, given]) => ({
        problem: { prompt: '?', answer, match: 'numeric' },
        completion: `<think></think>${given}<|im_end|>`,
      })),
    );
    const data = jsonl('big.jsonl', [{ prompt: '2^53+1=', answer: '9007199254740993' }]);
    const answers = jsonl(
      'big-answers.jsonl',
      ['9007199254740993', '9007199254740992'].map((given) => ({
        problem: { prompt: '2^53+1=' },
        completion: `<think></think>${given}<|im_end|>`,
      })),
    );
    const alone = await lab('verify', '--task', 'own', '--in', completions);
    const fromFile = await lab('verify', '--task', 'own', '--data', data, '--match', 'numeric', '--in', answers);
    expect(
      lines(alone).map(({ correct }) => correct),
      alone.error,
    ).toEqual(cases.map(([, , right]) => right));
    expect(
      lines(fromFile).map(({ correct }) => correct),
      fromFile.error,
    ).toEqual([true, false]);
  });
});

describe('text', () => {
  const problem = '{"prompt":"7+1=","answer":"8"}';
  const completion = '{"problem":{"prompt":"7+1="},"completion":"<think></think> 8 <|im_end|>"}';

  it('may begin with a byte-order mark and have line ends of any system', async () => {
    const data = write('bom.jsonl', `\ufeff${problem}\r\n{"prompt":"7+2=","answer":"9"}\r\n`);
    const answers = write('bom-answers.jsonl', `\ufeff${completion}\r${completion}`);
    const judged = await lab('verify', '--task', 'own', '--data', data, '--in', answers);
    expect(judged.code, judged.error).toBe(0);
    expect(lines(judged).map(({ correct }) => correct)).toEqual([true, true]);
  });

  it.each([
    ['UTF-16', utf16(problem), 'is UTF-16, not UTF-8; save it as UTF-8'],
    ['no UTF-8', Buffer.concat([Buffer.from(`${problem}\n`), Buffer.of(0xff)]), ': line 2 is not UTF-8'],
    [
      'a key twice',
      `${problem}\n{"prompt":"7+2=","answer":"8","answer":"9"}`,
      ': line 2: column 31: the key "answer" occurs twice in one object; keep one',
    ],
    ['NaN', '{"prompt":"7+1=","answer":NaN}', ': line 1 is not JSON: column 27: this is no JSON value'],
    ['a number without end', '{"prompt":"1","answer":"1","level":1e999}', ': line 1: column 36: "1e999" is larger'],
    ['another field', '{"prompt":"1","answer":"1","colour":1}', ': line 1: top level: unknown field "colour"'],
    [
      'a number as text',
      '{"prompt":"1","answer":9007199254740993}',
      ': line 1: column 24: "9007199254740993" has more digits',
    ],
    ['nesting', `{"prompt":${'['.repeat(9999)}`, ': line 1: column 74: nested more than 64 levels deep'],
    ['length', `{"${'x'.repeat(150_000)}":1}`, ': line 1: answer: is missing; use text'],
  ] as const)('is refused for %s', async (name, text, message) => {
    const data = write(`${name}.jsonl`, text);
    const place = data + (message.startsWith(':') ? message : ` ${message}`);
    expect(() => readOwn({ data })).toThrow(place);
    const { code, out, error } = await lab('data', '--task', 'own', '--data', data);
    expect(error).toContain(place);
    expect([code, out]).toEqual([2, '']);
  });
});

describe('a recipe', () => {
  it('with a section twice is refused by key', async () => {
    const recipe = write('twice.json', '{"name":"x","grpo":{"steps":3},"grpo":{"beta":0.5}}');
    const { code, error } = await lab('train', '--recipe', recipe, '--out', at('none'), '--adapter', 'cpu');
    expect(error).toContain(`${recipe}: line 1, column 32: the key "grpo" occurs twice in one object`);
    expect(code).toBe(2);
  });
});

describe('a file that cannot be read is named', () => {
  const folder = at('folder.json');
  mkdirSync(folder);
  symlinkSync(at('loop.json'), at('loop.json'));
  const cases: [what: string, file: string, message: string][] = [
    ['a folder', folder, `error: ${folder} is a folder; give a file`],
    ['nothing', at('none.json'), `error: there is no file ${at('none.json')}`],
    [
      'a link to itself',
      at('loop.json'),
      `error: ${at('loop.json')} cannot be read: its symbolic links lead in a circle`,
    ],
    ['a long name', at(`${'x'.repeat(3000)}.json`), 'xx… cannot be read: the path is too long'],
    ['a path under a file', path.join(write('file', ''), 'x.json'), 'cannot be read: a part of the path is a file'],
  ];
  it.each(cases)('%s', async (_, file, message) => {
    const commands = [
      ['verify', '--task', 'parity', '--in', file],
      ['data', '--task', 'own', '--data', file],
      ['train', '--recipe', file, '--out', at('none')],
      ['train', '--recipe', 'parity-8-nano', '--set', `reward.customSource=@${file}`, '--out', at('none')],
      ['probe', 'reward', '--in', file, '--out', at('answer.json')],
    ];
    for (const command of commands) {
      const ended = await lab(...command);
      expect(ended).toMatchObject({ code: 2, out: '' });
      expect(ended.error).toContain(message);
      expect(ended.error).not.toMatch(/E[A-Z]{4,}:/);
      expect(ended.error.length).toBeLessThan(400);
    }
  });

  it('a folder instead of a model file', async () => {
    const model = at('folders');
    cpSync(goldenFolder(untied), model, { recursive: true });
    rmSync(path.join(model, 'config.json'));
    mkdirSync(path.join(model, 'config.json'));
    const { code, error } = await lab('sample', '--model', model, '--prompt', '1=');
    expect(error).toContain(`error: ${model}: config.json is a folder; give a file`);
    expect(code).toBe(2);
  });
});

describe('one run', () => {
  const model = untrainedModel('untrained');
  const few = ['--task', 'parity', '--level', '8', '--max-new', '4', '--adapter', 'cpu'];

  it('has no sd, and one problem has no interval of a difference', async () => {
    const evaluated = ['eval', '--model', model, ...few, '--runs', '1', '--problems', '3'];
    const compared = ['compare', '--a', model, '--b', model, ...few, '--runs', '1', '--problems', '1'];
    const [report, readable] = [await lab(...evaluated, '--json'), await lab(...evaluated)];
    const [comparison, difference] = [await lab(...compared, '--json'), await lab(...compared)];
    expect([report.code, comparison.code], report.error + comparison.error).toEqual([0, 0]);
    expect(lines(report)[0]).toMatchObject({
      accuracy: { sd: null, standardErrorOverRuns: null, interval: { confidence: 0.95, low: 0 } },
    });
    expect(readable.out).toMatch(/: 0\.0 %, sd n\.a\. \(of 1 run\)/);
    expect(readable.out).toContain('95 % interval from 0.0 % to 56.1 % (Wilson, a share of 3 problems)');
    expect(readable.out).not.toMatch(/± ?0/);
    expect(lines(comparison)[0]).toMatchObject({ interval: null, standardError: null });
    expect(difference.out).toContain('standard error n.a., interval n.a.');
  });
});
