/** Records of evaluations: read back, continued, and refused with the place of a fault. */
import { describe, expect, it } from 'vitest';
import { given, right } from './answers.fixture';
import { headerLine, type RecordHeader, readRecord, runLine } from './record';
import type { EvaluationRun } from './report';

describe('a record', () => {
  const header: RecordHeader = {
    type: 'evaluation',
    model: 'abc',
    adapter: 'CPU',
    task: 'parity',
    level: 8,
    problems: 2,
    prompts: '1f',
    instances: '2e',
    temperature: 0.8,
    maxNew: 9,
    seed: 3,
  };
  const runs: EvaluationRun[] = [1, 2].map((run) => ({ run, seed: run, answers: [right, given(null)] }));
  const text = headerLine(header) + runs.map(runLine).join('');

  it('reads back, without a last line that was written in part', () => {
    expect(readRecord(text, header, 'f')).toEqual({ runs, whole: text });
    expect(readRecord(`${text}{"type":"run","ru`, header, 'f')).toEqual({ runs, whole: text });
    expect(readRecord('', header, 'f')).toEqual({ runs: [], whole: '' });
    expect(readRecord('{"type":"eval', header, 'f')).toEqual({ runs: [], whole: '' });
  });

  it('reads back with a byte-order mark and other line ends, and refuses contradictions', () => {
    const edited = `\ufeff${text.replaceAll('\n', '\r\n')}`;
    expect(readRecord(edited, header, 'f')).toEqual({ runs, whole: edited });
    expect(() => readRecord(`\ufffd\ufffd{\0"\0}\0\n\0`, header, 'f')).toThrow('f is not text in UTF-8');
    const twice = text.replace('"seed":3', '"seed":3,"seed":3');
    expect(() => readRecord(twice, header, 'f')).toThrow('f: line 1: column');
    const half = headerLine(header) + runLine({ ...runs[0]!, answers: [{ ...right, partial: 0.5 }, right] });
    expect(() => readRecord(half, header, 'f')).toThrow('f: line 2: answers.0: is right, but only in part');
    expect(() => readRecord(text.replace('"tokens":4', '"tokens":-4'), header, 'f')).toThrow(
      'f: line 2: answers.0.tokens: is -4; use 1 or more',
    );
  });

  it('names differences, and broken lines', () => {
    expect(() => readRecord(text, { ...header, model: 'abd', temperature: 1 }, 'f')).toThrow(
      'f is of another evaluation: model is "abc" there, "abd" here; temperature is 0.8 there, 1 here',
    );
    expect(() => readRecord('dear', header, 'f')).toThrow('f is not a record of an evaluation; choose another file');
    expect(() => readRecord('dear\n', header, 'f')).toThrow('f: line 1 is not JSON');
    expect(() => readRecord(headerLine(header) + runLine(runs[1]!), header, 'f')).toThrow(
      'line 2: has run 2, expected run 1',
    );
    expect(() => readRecord(headerLine(header) + runLine({ ...runs[0]!, answers: [right] }), header, 'f')).toThrow(
      'f: line 2: 1 answers to 2 problems',
    );
  });
});
