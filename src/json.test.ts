/** Foreign JSON: byte-order marks, other encodings, repeated keys, endless nesting, and short errors. */
import { describe, expect, it } from 'vitest';
import { parseJson, parseJsonFile, parseJsonLine, parseJsonLines, utf8Text } from './json';
import { random } from './random';

const bytes = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, bigEndian = false, mark = true) => {
  const units = [...(mark ? '\ufeff' : ''), ...text].map((char) => char.charCodeAt(0));
  return Uint8Array.from(units.flatMap((unit) => (bigEndian ? [unit >> 8, unit & 255] : [unit & 255, unit >> 8])));
};
const lines = (text: string) => [...parseJsonLines(text, 'in.jsonl')].map(({ json, where }) => [json, where]);

describe('JSON', () => {
  it('reads what JSON.parse reads, with or without a byte-order mark', () => {
    for (const text of ['1', '"a\\u0062"', '[]', ' {"a": [1, {"a": null}], "b": {"a": 1}}\n', '-0', '0e999', '1.50e-3'])
      for (const mark of ['', '\ufeff']) {
        expect(parseJson(mark + text, 'f')).toEqual(JSON.parse(text));
        expect(parseJsonFile(bytes(mark + text), 'f')).toEqual(JSON.parse(text));
      }
  });

  it('reads the numbers that JSON.stringify writes', () => {
    for (const value of [123456789123456780, -1.2345678912345678e19, 2 ** 60, 5e-324, Number.MAX_VALUE])
      expect(parseJson(JSON.stringify(value), 'f')).toBe(value);
  });

  it('rejects what JSON.parse rejects, for any damage', () => {
    const stream = random(3, 'damage');
    const whole = '{"a":[1,-2.5e3,true,null,"x\\n\\u00e9"],"b":{"c":{}}}';
    let refused = 0;
    for (let i = 0; i < 3000; i++) {
      const at = stream.integer(0, whole.length - 1);
      const text = whole.slice(0, at) + stream.pick([...'{}[]:,"\\0-+.eu \u0001\u00a0/x', '']) + whole.slice(at + 1);
      let value: unknown;
      let valid = true;
      try {
        value = JSON.parse(text);
      } catch {
        valid = false;
        refused++;
      }
      if (valid) expect(parseJson(text, 'f'), text).toEqual(value);
      else expect(() => parseJson(text, 'f'), text).toThrow(/^f is not JSON: line 1, column \d+: \S/);
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it.each([
    [
      '{"grpo":{"steps":3},"grpo":{"beta":0.5}}',
      'f: line 1, column 21: the key "grpo" occurs twice in one object; keep one',
    ],
    ['{\n "a": [\n  {"b": 1,\n   "\\u0062": 2}\n ]\n}', 'f: line 4, column 4: the key "b" occurs twice'],
    ['{"__proto__":1,"__proto__":2}', 'the key "__proto__" occurs twice'],
    [`{"${'k'.repeat(9999)}":1,"${'k'.repeat(9999)}":2}`, '(9999 characters) occurs twice'],
    ['{"a":1,}', 'f is not JSON: line 1, column 8: a key in double quotation marks is missing here'],
    ['{"a":\n1 "b":2}', 'f is not JSON: line 2, column 3: a comma is missing here'],
    ['[1, -1e400]', 'f: line 1, column 5: "-1e400" is larger than a number here can be; use another'],
    [`[${'9'.repeat(400)}]`, '(400 characters) is larger than a number here can be'],
    ['[9007199254740993]', 'f: line 1, column 2: "9007199254740993" has more digits than a number here keeps'],
    ['{"a":\n1e-400}', 'f: line 2, column 1: "1e-400" is closer to 0 than a number here can be; use another'],
    ['[Infinity]', 'f is not JSON: line 1, column 2: this is no JSON value'],
    ['', 'f is not JSON: line 1, column 1: a value is missing here'],
    ['[NaN]', 'f is not JSON: line 1, column 2: this is no JSON value'],
    ['[1] // all', 'f is not JSON: line 1, column 5: JSON has no comments'],
    ['[1] [2]', 'f is not JSON: line 1, column 5: the text goes on after the end'],
    ['['.repeat(100_000) + ']'.repeat(100_000), 'f: line 1, column 65: nested more than 64 levels deep'],
    ['{"a":'.repeat(100_000), 'f: line 1, column 321: nested more than 64 levels deep'],
  ])('rejects %j', (text, message) => {
    expect(() => parseJson(text, 'f')).toThrow(message);
    try {
      parseJson(text, 'f');
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(300);
    }
  });

  it('rejects more values, keys or digits than files of this size have', () => {
    const keys = Array.from({ length: 2e5 }, (_, i) => `"${i}":0`).join(',');
    const refused = (text: string) => expect(() => parseJson(text, 'f'));
    refused(`[${'[],'.repeat(1e6)}0]`).toThrow('f: line 1, column 2062499: the file has too many values for its size');
    refused(`{${keys}}`).toThrow('the file has too many values for its size');
    refused(`[0.${'0'.repeat(1e6)}1]`).toThrow('(1000003 characters) has 1000003 characters; use fewer digits');
    expect(parseJson(`{${keys.slice(0, 1e6)}"0"}`.replace(/,[^,]*$/, '}'), 'f')).toHaveProperty('99');
  });

  it('names only the column for one line', () => {
    expect(() => parseJsonLine('{"a":1,"a":1}', 'f: line 7')).toThrow('f: line 7: column 8: the key "a" occurs twice');
    expect(() => parseJsonLine('{', 'f: line 7')).toThrow('f: line 7 is not JSON: column 2: a closing } is missing');
  });
});

describe('JSON lines', () => {
  it('accept any line end and a byte-order mark, and skip empty lines', () => {
    const expected = [
      [{ a: 1 }, 'in.jsonl: line 1'],
      [{ a: 2 }, 'in.jsonl: line 3'],
    ];
    for (const end of ['\n', '\r\n', '\r'])
      for (const mark of ['', '\ufeff'])
        for (const last of ['', end]) expect(lines(`${mark}{"a":1}${end} ${end}{"a":2}${last}`)).toEqual(expected);
    expect(lines('\ufeff')).toEqual([]);
  });

  it('name the wrong line in an error', () => {
    expect(() => lines('{"answer":"8"}\n\n{"prompt":"1","answer":"8","answer":"9"}')).toThrow(
      'in.jsonl: line 3: column 28: the key "answer" occurs twice in one object; keep one',
    );
    expect(() => lines('1\n{"a":1}\ufeff')).toThrow('in.jsonl: line 2 is not JSON');
  });
});

describe('text', () => {
  it('is UTF-8', () => {
    expect(utf8Text(bytes('\ufeffé😀'), 'f')).toBe('é😀');
    expect(utf8Text(new Uint8Array(), 'f')).toBe('');
    expect(() => utf8Text(Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a), 'f')).toThrow('f: line 2 is not UTF-8; save the file');
  });

  it.each([
    ['little endian', utf16('{"a":1}')],
    ['big endian', utf16('{"a":1}', true)],
    ['little endian without a mark', utf16('{"a":1}', false, false)],
    ['big endian without a mark', utf16('{"a":1}', true, false)],
  ])('in UTF-16, %s, is rejected by name', (_, file) => {
    expect(() => parseJsonFile(file, 'in.jsonl')).toThrow('in.jsonl is UTF-16, not UTF-8; save it as UTF-8');
  });
});
