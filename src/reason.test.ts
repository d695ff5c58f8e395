/** Reasons: sentences from codes with values, and the faults of a reason that does not fit its words. */
import { describe, expect, it } from 'vitest';
import { type ReasonOf, reasonFault, sentence } from './reason';

const words = { found: '{count} of {all} found, {share%} of it', none: 'none found' } as const;
const found: ReasonOf<typeof words> = { code: 'found', values: { count: 1, all: 3, share: 1 / 3 } };

it('fills a sentence with values, shares in percent', () => {
  expect(sentence(words, found)).toBe('1 of 3 found, 33.3 % of it');
  expect(sentence(words, { code: 'none', values: {} })).toBe('none found');
});

it('takes values as they are, special signs included', () => {
  expect(sentence({ said: 'said {text}' }, { code: 'said', values: { text: '{count} $& $1' } })).toBe(
    'said {count} $& $1',
  );
});

it('speaks another language with another table', () => {
  expect(sentence({ found: '{all} 个中找到 {count} 个' }, found)).toBe('3 个中找到 1 个');
});

describe('the fault of a reason', () => {
  it.each([
    [found, null],
    [{ code: 'lost', values: {} }, 'code: lost is none of found, none'],
    [{ code: 'found', values: { count: 1, all: 3 } }, 'values: share is missing for found'],
    [{ code: 'found', values: { count: 1, all: 3, share: '1' } }, 'values.share: is no number'],
    [{ code: 'none', values: { count: 1 } }, 'values: count is no value of none'],
  ])('of %j is %s', (reason, fault) => {
    expect(reasonFault(words, reason)).toBe(fault);
  });

  it('leaves out values that the reader knows anyway', () => {
    const given = { right: '{verdict}; {length} tokens' };
    expect(reasonFault(given, { code: 'right', values: { length: 4 } }, ['verdict'])).toBeNull();
  });
});
