/** Regular expressions in the draft, before and after their engine has loaded. */
import { expect, it } from 'vitest';
import { editDraft, loadPatterns } from './draft';
import { lab } from './lab';

it('an expression waits in its field until the engine has loaded', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => ({ prompt: `${i}`, answer: `${i}`, pattern: `0*${i}` }));
  editDraft('own.match', 'regex');
  editDraft('own.problems', lines, 'mine.jsonl');
  expect(lab.getState().draftErrors['own.problems']).toContain('regular expressions have not loaded yet; try again');
  await loadPatterns();
  expect([lab.getState().draft.own.problems, lab.getState().draftErrors]).toEqual([lines, {}]);
  editDraft('own.problems', [{ ...lines[0], pattern: '(' }], 'other.jsonl');
  expect(lab.getState().draftErrors['own.problems']).toContain('no regular expression of RE2');
});
