/** Answers as verifiers read them: spaces, signs and letter case. */
import { describe, expect, it } from 'vitest';
import { isSameText, joined, plain, typed } from './answerText';

describe('an answer', () => {
  it.each([
    [' 4 * 3\t*2\n', '4*3*2'],
    ['4\u00a0× 3\u202f⋅ 2', '4*3*2'],
    ['− 5', '-5'],
    ['\ufeff\u206042', '42'],
    ['4 ×\ufe0f 3 ✖\ufe0f 2', '4*3*2'],
    ['（1＋2）／3＝1', '(1+2)/3=1'],
    ['1⁄2 • 4 ⨯ 2', '1/2*4*2'],
    ['➖5 ➕ 1 — 2', '-5+1-2'],
    ['\u200e4\u00ad*\u200d3\u2063', '4*3'],
    ['1\u200d2', '1 2'],
    ['3²', '3²'],
    ['1 2', '1 2'],
    ['1\u00a0\n 2', '1 2'],
    ['3. 5', '3. 5'],
    ['New  York', 'New York'],
    ['( 1 + 2 ) ÷ 3', '(1+2)/3'],
    [' \u200b\n', ''],
  ])('reads %j as %j', (text, read) => {
    expect(plain(text)).toBe(read);
    expect(plain(read)).toBe(read);
  });

  it('has no spaces as joined signs, and single spaces as typed text', () => {
    expect(joined(' R D\u00a0DR ')).toBe('RDDR');
    expect(typed(' a  *\n b ')).toBe('a * b');
  });

  it('ignores the case of ASCII letters only', () => {
    expect(isSameText('UNSAT', ' unSat')).toBe(true);
    expect(isSameText('K', '\u212a')).toBe(false);
    expect([isSameText('R D', 'RD'), isSameText('R D', 'rd', joined)]).toEqual([false, true]);
  });

  it('is read in linear time', () => {
    const before = performance.now();
    for (const char of [' ', '1 ', '* ', '\u2212']) plain(char.repeat(100_000));
    expect(performance.now() - before).toBeLessThan(2000);
  });
});
