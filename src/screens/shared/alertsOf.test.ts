/** Alerts of the recorded run that everybody sees first. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { EventReader } from '../../lab/run/eventReader';
import { applyEvent, emptyRun } from '../../store/run';
import { alertsOf, dismiss } from './alertsOf';

const run = emptyRun();
beforeAll(() => {
  const reader = new EventReader();
  for (const line of readFileSync('public/runs/parity-12.jsonl', 'utf8').trim().split('\n'))
    applyEvent(run, reader.read(line, 'recording'));
});

it('are good news at its end, and no warning', () => {
  expect(alertsOf(run).map(({ record, to, lasts }) => [record.code, to, lasts])).toEqual([['nearly_solved', 40, true]]);
});

it('do not come back once dismissed, also where the run continues from an earlier step', () => {
  dismiss(run, alertsOf(run)[0]!);
  expect(alertsOf(run)).toEqual([]);
  run.grpo.cutTo(38);
  expect(alertsOf(run)).toEqual([]);
});
