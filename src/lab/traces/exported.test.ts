/** Files of traces: in parts, so that a long run never lies in memory, with the columns of all steps. */
import { expect, it } from 'vitest';
import { exportedSteps, exportedTraces } from './exported';
import type { IndexedStep } from './indexed';
import { TraceIndex } from './traceIndex';

const ROLLOUTS = 40;
const TERMS = ['accuracy', 'length'];

/** Steps of which only the last ones use the term `length`. */
function* stepsOf(count: number, onStep: () => void = () => {}): Generator<IndexedStep> {
  for (let step = 1; step <= count; step++) {
    onStep();
    const rollouts = Array.from({ length: ROLLOUTS }, (_, r) => ({
      ...{ text: `<think>${step},"${r}"</think>`, ended: true, correct: r % 2 === 0, format: true, partial: 0 },
      ...{ reward: r / 8, advantage: -r, tokens: 4, think: 2, surprise: 0.5 },
      parts: TERMS.slice(0, step > count - 2 ? 2 : 1).map((name) => ({ name, weight: 1, value: r / 16 })),
    }));
    yield { step, groups: [{ prompt: '1=', answer: '1', task: 'parity', rollouts }] };
  }
}

async function* asked(count: number, onStep?: () => void): AsyncGenerator<IndexedStep> {
  yield* stepsOf(count, onStep);
}

it.each(['jsonl', 'csv'] as const)('%s of a whole run is that of its index', async (kind) => {
  const index = new TraceIndex();
  for (const step of stepsOf(130)) index.add(step);
  const rows = Uint32Array.from({ length: index.length }, (_, row) => row);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of exportedSteps(kind, asked(130), TERMS)) parts.push(part as Uint8Array<ArrayBuffer>);
  expect(parts.length).toBeGreaterThan(2);
  const text = await new Blob(parts).text();
  expect(text).toBe(await exportedTraces(kind, index, rows).text());
  expect(text.split('\n')).toHaveLength(130 * ROLLOUTS + (kind === 'csv' ? 2 : 1));
  expect(text).toContain('part.length');
});

it('reads no more steps than the part that is asked for', async () => {
  let read = 0;
  const parts = exportedSteps(
    'jsonl',
    asked(1e9, () => read++),
    TERMS,
  );
  await parts.next();
  expect(read).toBeLessThan(100);
  await parts.return(undefined);
});
