/**
 * Puts a meter into a WebAssembly module: every call of a function and every turn of a loop costs one step, every 64 bytes
 * copied or filled another, and the module traps once its steps are used up. So nothing that runs in it is without an end,
 * native work included, and where it ends does not depend on how fast the machine is. Knows the instructions that
 * Emscripten writes; any other is refused, not guessed.
 */

/** Export of the counter of steps that are left, a mutable i32. */
export const STEPS_LEFT = 'stepsLeft';
/** Exports of the module's own mutable globals, from 0. */
export const globalName = (i: number): string => `global${i}`;

const SECTION = { type: 1, import: 2, function: 3, global: 6, export: 7, code: 10 } as const;
const COPIED_PER_STEP_LOG2 = 6;
const I32 = 0x7f;

/** Reads a module byte by byte; LEB128 throughout. */
class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error('the WebAssembly module ends too early');
    return byte;
  }
  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
  /** Past numbers whose value does not matter, signed or not. */
  skip(count: number): void {
    for (let i = 0; i < count; i++) while (this.byte() >= 128);
  }
  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

const unsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...unsigned(Math.floor(value / 128))];
const text = (name: string): number[] => [...unsigned(name.length), ...new TextEncoder().encode(name)];

/** Bytes that grow, for a module of half a megabyte. */
class Writer {
  private bytes = new Uint8Array(1 << 16);
  private length = 0;
  push(more: ArrayLike<number>): void {
    while (this.length + more.length > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(more, this.length);
    this.length += more.length;
  }
  sized(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

/** Indices that the meter refers to. */
interface Indices {
  readonly counter: number;
  readonly copy: number;
  readonly fill: number;
}

/** Takes the cost, which `cost` leaves on the stack, and traps below 0. */
const charge = (counter: number, cost: readonly number[]): number[] => {
  const global = unsigned(counter);
  // global.set (global.get − cost); if (global.get < 0) unreachable
  return [0x23, ...global, ...cost, 0x6b, 0x24, ...global, 0x23, ...global, 0x41, 0, 0x48, 0x04, 0x40, 0x00, 0x0b];
};
const ONE = [0x41, 1];
/** The largest i32, signed LEB128: what the counter starts with, as a module may start by filling its memory. */
const LARGEST = [0xff, 0xff, 0xff, 0xff, 0x07];

/** Past the immediates of an instruction. @throws where it is none that Emscripten writes without special flags */
function skipImmediates(reader: Reader, opcode: number): void {
  if (opcode === 0x0e)
    reader.skip(reader.unsigned() + 1); // br_table
  else if (opcode === 0x1c)
    reader.skip(reader.unsigned()); // select of a type
  else if (opcode === 0x43) reader.take(4);
  else if (opcode === 0x44) reader.take(8);
  else if (opcode === 0x11 || (opcode >= 0x28 && opcode <= 0x3e))
    reader.skip(2); // call_indirect, loads and stores
  else if ((opcode >= 0x02 && opcode <= 0x04) || opcode === 0x0c || opcode === 0x0d || opcode === 0x10) reader.skip(1);
  else if ((opcode >= 0x20 && opcode <= 0x24) || (opcode >= 0x3f && opcode <= 0x42)) reader.skip(1);
  else if (
    !(opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f || opcode === 0x1a || opcode === 0x1b)
  )
    if (opcode < 0x45 || opcode > 0xc4) throw new Error(`the meter does not know instruction 0x${opcode.toString(16)}`);
}

function meterBody(body: Uint8Array, { counter, copy, fill }: Indices): Uint8Array {
  const reader = new Reader(body);
  const out = new Writer();
  const step = charge(counter, ONE);
  for (let groups = reader.unsigned(); groups > 0; groups--) reader.skip(2); // locals: how many, of which type
  out.push(body.subarray(0, reader.at));
  out.push(step);
  while (reader.at < body.length) {
    const from = reader.at;
    const opcode = reader.byte();
    if (opcode === 0xfc) {
      const kind = reader.unsigned();
      if (kind > 11 || kind === 8 || kind === 9) throw new Error(`the meter does not know instruction 0xfc ${kind}`);
      if (kind >= 10) {
        reader.skip(kind === 10 ? 2 : 1);
        out.push([0x10, ...unsigned(kind === 10 ? copy : fill)]);
        continue;
      }
    } else skipImmediates(reader, opcode);
    out.push(body.subarray(from, reader.at));
    if (opcode === 0x03) out.push(step);
  }
  return out.sized();
}

/** (to, from or value, length) → nothing: pays for the length, then does it. */
const paidMemory = (counter: number, instruction: readonly number[]): number[] => {
  const cost = [0x20, 2, 0x41, COPIED_PER_STEP_LOG2, 0x76, ...ONE, 0x6a]; // (length >>> 6) + 1
  const body = [0, ...charge(counter, cost), 0x20, 0, 0x20, 1, 0x20, 2, 0xfc, ...instruction, 0x0b];
  return [...unsigned(body.length), ...body];
};

interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

function sectionsOf(module: Uint8Array): { header: Uint8Array; sections: Section[] } {
  const reader = new Reader(module);
  const header = reader.take(8);
  const sections: Section[] = [];
  while (reader.at < module.length) {
    const id = reader.byte();
    sections.push({ id, body: reader.take(reader.unsigned()) });
  }
  return { header, sections };
}

/** Numbers of functions and globals that the module imports: they come first in the counting of each. */
function countImports(body: Uint8Array): { functions: number; globals: number } {
  const reader = new Reader(body);
  const counts = { functions: 0, globals: 0 };
  for (let left = reader.unsigned(); left > 0; left--) {
    for (let i = 0; i < 2; i++) reader.take(reader.unsigned());
    const kind = reader.byte();
    if (kind === 0) {
      reader.skip(1);
      counts.functions++;
    } else if (kind === 2) reader.skip(reader.byte() & 1 ? 2 : 1);
    else if (kind === 3) {
      reader.take(2);
      counts.globals++;
    } else throw new Error(`the meter does not know imports of kind ${kind}`);
  }
  return counts;
}

/** Mutability of the module's own globals, in order. */
function mutability(body: Uint8Array): boolean[] {
  const reader = new Reader(body);
  return Array.from({ length: reader.unsigned() }, () => {
    reader.skip(1);
    const mutable = reader.byte() === 1;
    for (let opcode = reader.byte(); opcode !== 0x0b; opcode = reader.byte()) skipImmediates(reader, opcode);
    return mutable;
  });
}

/** A section that is a vector, with more entries at its end. */
function appended(body: Uint8Array, entries: readonly (readonly number[])[]): Uint8Array {
  const reader = new Reader(body);
  const out = new Writer();
  out.push(unsigned(reader.unsigned() + entries.length));
  out.push(body.subarray(reader.at));
  for (const entry of entries) out.push(entry);
  return out.sized();
}

/**
 * The module with its meter, its counter exported as `STEPS_LEFT` and its mutable globals under `globalName`.
 * @throws where it holds what the meter does not know
 */
export function metered(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const { header, sections } = sectionsOf(module);
  const find = (id: number): Uint8Array => {
    const found = sections.find((section) => section.id === id);
    if (!found) throw new Error(`the WebAssembly module has no section ${id}`);
    return found.body;
  };
  const lengthOf = (id: number) => new Reader(find(id)).unsigned();
  const imported = countImports(find(SECTION.import));
  const mutable = mutability(find(SECTION.global));
  const functions = imported.functions + lengthOf(SECTION.function);
  const indices: Indices = { counter: imported.globals + mutable.length, copy: functions, fill: functions + 1 };
  const type = unsigned(lengthOf(SECTION.type));
  const exportGlobal = (name: string, index: number) => [...text(name), 3, ...unsigned(index)];
  const globals = mutable.flatMap((is, i) => (is ? [exportGlobal(globalName(i), imported.globals + i)] : []));

  const changed: Readonly<Record<number, (body: Uint8Array) => Uint8Array>> = {
    [SECTION.type]: (body) => appended(body, [[0x60, 3, I32, I32, I32, 0]]),
    [SECTION.function]: (body) => appended(body, [type, type]),
    [SECTION.global]: (body) => appended(body, [[I32, 1, 0x41, ...LARGEST, 0x0b]]),
    [SECTION.export]: (body) => appended(body, [exportGlobal(STEPS_LEFT, indices.counter), ...globals]),
    [SECTION.code](body) {
      const reader = new Reader(body);
      const out = new Writer();
      const count = reader.unsigned();
      out.push(unsigned(count));
      for (let i = 0; i < count; i++) {
        const metered = meterBody(reader.take(reader.unsigned()), indices);
        out.push(unsigned(metered.length));
        out.push(metered);
      }
      return appended(out.sized(), [paidMemory(indices.counter, [10, 0, 0]), paidMemory(indices.counter, [11, 0])]);
    },
  };
  const out = new Writer();
  out.push(header);
  for (const { id, body } of sections) {
    const next = changed[id]?.(body) ?? body;
    out.push([id, ...unsigned(next.length)]);
    out.push(next);
  }
  return out.sized();
}
