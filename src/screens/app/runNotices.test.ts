/** Words about the storage of a run. */
import { expect, it } from 'vitest';
import type { RunNotice } from '../../worker/protocol';
import { noticeWords } from './RunNotices';

const lost = { code: 'lost', reason: 'the GPU device was lost: driver reset', attempt: 1, most: 3 } as const;

it.each<[RunNotice, string]>([
  [
    { ...lost, at: { stage: 'grpo', step: 41 }, from: { stage: 'grpo', step: 40 } },
    'The GPU was lost at GRPO step 41; training continues from GRPO step 40. Attempt 1 of 3 in ten minutes (the GPU device was lost: driver reset).',
  ],
  [{ ...lost, at: null, from: null }, 'The GPU was lost; training continues from its start. '],
  [
    { code: 'full', bytes: 3 * 2 ** 20, others: [{ name: 'old-run', bytes: 20 * 2 ** 20 }] },
    'The storage is full, so the run is paused. Free at least 3.0 MiB: delete runs in Runs, such as old-run (20 MiB).',
  ],
  [
    {
      code: 'full',
      bytes: 300,
      others: [
        { name: 'one', bytes: 6000 },
        { name: 'two', bytes: 9 },
      ],
    },
    'Free at least 1.0 MiB: delete runs in Runs, such as one (6 KiB), two (1 KiB). Nothing is damaged.',
  ],
  [{ code: 'full', bytes: 0, others: [] }, 'Free some space, on this disk or in this browser.'],
  [{ code: 'held', who: 'another tab' }, 'This run trains in another tab. This page shows it'],
  [{ code: 'not-stored', reason: 'no private files' }, 'This run is not stored: no private files.'],
  [
    { code: 'other-device', before: 'Apple M2', now: 'SwiftShader' },
    'continues on another device, SwiftShader. It trained on Apple M2 so far.',
  ],
  [{ code: 'damaged', faults: ['summary.json: it is cut off'] }, 'not used: summary.json: it is cut off.'],
])('a notice %j has words', (notice, words) => {
  const { title, detail } = noticeWords(notice);
  expect(`${title} ${detail}`).toContain(words);
});
