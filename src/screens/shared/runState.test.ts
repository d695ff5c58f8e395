/** State of the run on screen, in one word. */
import { expect, it } from 'vitest';
import { type RunState, runState } from './runState';

type Shown = Parameters<typeof runState>[0];
const live: Shown = { source: 'live', status: 'playing', notices: [], run: { summary: null, stage: 'sft' } };
const summary = {} as NonNullable<Shown['run']['summary']>;

it.each<[RunState, Partial<Shown>]>([
  ['compiling', { run: { summary: null, stage: null } }],
  ['compiling', { run: { summary: null, stage: 'compile' } }],
  ['training', {}],
  ['training', { run: { summary: null, stage: 'evaluate' } }],
  ['paused', { status: 'paused' }],
  ['stopped', { status: 'finished' }],
  ['finished', { status: 'finished', run: { summary, stage: 'grpo' } }],
  ['finished', { source: 'stored', status: 'finished', run: { summary, stage: 'grpo' } }],
  ['recorded', { source: 'replay' }],
  ['recorded', { source: 'replay', status: 'finished', run: { summary, stage: 'grpo' } }],
  ['failed', { source: 'replay', status: 'failed' }],
  ['failed', { status: 'failed' }],
  ['held', { source: 'stored', status: 'finished', notices: [{ code: 'held', who: 'another tab' }] }],
  ['opening', { source: 'stored', status: 'loading' }],
])('%s', (state, changes) => {
  expect(runState({ ...live, ...changes })).toBe(state);
});
