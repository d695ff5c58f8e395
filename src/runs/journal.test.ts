/** The journal: lines, marks, damage, and journals of earlier versions. */
import { expect, it } from 'vitest';
import { Journal, lastEvent, markOf } from './journal';
import { type MemoryFiles, memoryFiles } from './memoryFiles';
import { numbersFromText, numbersToText } from './numbers';

const FILE = 'events.jsonl';
const setText = (files: MemoryFiles, text: string, file = FILE) =>
  files.contents.set(file, new TextEncoder().encode(text));
const textIn = (files: MemoryFiles) => new TextDecoder().decode(files.contents.get(FILE));

async function journalOf(steps: number): Promise<MemoryFiles> {
  const files = memoryFiles();
  const journal = await Journal.open(files);
  for (let step = 1; step <= steps; step++) {
    journal.append(numbersToText({ type: 'grpo', step, logprobs: Float32Array.of(-step / 3) }), markOf('grpo', step));
    if (step % 2 === 0) await journal.flush();
  }
  await journal.flush();
  return files;
}

it('writes one line of JSON per event, and reads any step back', async () => {
  const files = await journalOf(300);
  const lines = textIn(files).trimEnd().split('\n');
  expect(JSON.parse(lines[2]!)).toEqual({
    ...{ n: 2, at: 'grpo-3', crc: expect.stringMatching(/^[0-9a-f]{8}$/) },
    event: { type: 'grpo', step: 3, logprobs: { f32: 'AACAvw==' } },
  });
  const journal = await Journal.open(files);
  expect(journal.events).toBe(300);
  const { text, where } = await journal.event(journal.find('grpo-123')!);
  expect(numbersFromText(text)).toEqual({ type: 'grpo', step: 123, logprobs: Float32Array.of(-41) });
  expect(where).toBe('events.jsonl: line 123');
  expect(journal.find('grpo-301')).toBeNull();
});

it('reads lines that are longer than one read, and multi-byte characters across its end', async () => {
  const files = memoryFiles();
  const journal = await Journal.open(files);
  const long = numbersToText({ type: 'grpo', text: 'ü→'.repeat(400_000) });
  for (let i = 0; i < 3; i++) journal.append(long);
  await journal.flush();
  const again = await Journal.open(files);
  expect([again.events, again.fault]).toEqual([3, null]);
  expect((await again.event(1)).text === long).toBe(true);
  expect((await lastEvent(files)).text === long).toBe(true);
});

it.each([
  ['a line that is cut off', (text: string) => text.slice(0, -9), 'line 5 is cut off', 4],
  ['a changed digit', (text: string) => text.replace('"step":3', '"step":8'), 'line 3 is damaged', 2],
  [
    'a missing line',
    (text: string) => text.replace(/\{"n":2.*\n/, ''),
    'line 3 has number 3, where 2 belongs: lines are missing',
    2,
  ],
  ['an added line', (text: string) => text.replace(/^(.*\n)/, '$1$1'), 'line 2 has number 0', 1],
  ['a damaged first line', (text: string) => text.replace('{"n"', '{"m"'), 'line 1 is damaged', 0],
  ['two lines in one', (text: string) => text.replace('\n', ' '), 'line 1 is damaged', 0],
  ['a file of zeros', (text: string) => '\0'.repeat(text.length), 'line 1 is cut off', 0],
])('names %s, and keeps the events before it', async (_, change, what, events) => {
  const files = await journalOf(5);
  setText(files, change(textIn(files)));
  const journal = await Journal.open(files);
  expect(journal.fault).toEqual({ file: FILE, what: expect.stringContaining(what) });
  expect(journal.events).toBe(events);
  journal.append('{"type":"end"}');
  await journal.flush();
  expect(await Journal.open(files)).toMatchObject({ events: events + 1, fault: null });
});

it('opens a journal of an earlier version, and refuses to add to it', async () => {
  const files = memoryFiles();
  const old = ['{"type":"start"}', '{"type":"grpo","step":1,"logprobs":[-0.5]}', '', '{"type":"grpo","step":2}'];
  for (const file of [FILE, `${FILE}.partial`]) {
    files.contents.clear();
    setText(files, `${old.join('\n')}\n`, file);
    const journal = await Journal.open(files);
    expect([journal.isSealed, journal.events, journal.fault]).toEqual([false, 3, null]);
    expect((await journal.event(journal.find('grpo-1')!)).text).toBe(old[1]);
    expect((await journal.event(journal.find('grpo-2')!)).text).toBe(old[3]);
    expect((await lastEvent(files)).text).toBe(old[3]);
    expect(() => journal.append('{}')).toThrow('an earlier version wrote this run; fork it to train on');
  }
  setText(files, `${old[0]}\n${old[1]!.slice(0, 9)}`);
  files.contents.delete(`${FILE}.partial`);
  expect((await Journal.open(files)).fault).toEqual({ file: FILE, what: 'line 2 is cut off' });
});

it('keeps numbers to the bit, and refuses those that JSON cannot hold', () => {
  const value = {
    f32: Float32Array.of(-0, Number.NaN, Number.POSITIVE_INFINITY, 1e-45, Math.fround(0.1)),
    u16: Uint16Array.of(0, 65535),
    u8: new Uint8Array(33_000).map((_, i) => i),
    f64: Float64Array.of(Math.PI),
    u32: Uint32Array.of(2 ** 32 - 1),
    plain: [0.123, 'f32', { f32: [1] }],
    empty: new Float32Array(),
  };
  expect(numbersFromText(numbersToText(value))).toEqual(value);
  expect(() => numbersToText({ loss: Number.NaN })).toThrow('loss is NaN, which JSON cannot hold');
  const refused = (text: string) => expect(() => numbersFromText(text, 'line 3'));
  refused('{"logprobs":{"f32":"AAA="}}').toThrow('line 3: logprobs: 2 bytes are no whole number of f32');
  refused('{"logprobs":{"f32":"?"}}').toThrow('line 3: logprobs: "?" is no base64');
  refused('{"type":.5}').toThrow('line 3 is not JSON: line 1, column 9: this is no JSON value');
  refused(`${'['.repeat(20_000)}${']'.repeat(20_000)}`).toThrow(
    'line 3: line 1, column 65: nested more than 64 levels',
  );
});

it('refuses an event that it could not read back', async () => {
  const journal = await Journal.open(memoryFiles());
  expect(() => journal.append(`"${'x'.repeat(2 ** 26)}"`)).toThrow(
    'events.jsonl: an event has 64 MiB; use fewer prompts',
  );
  expect(journal.events).toBe(0);
});
