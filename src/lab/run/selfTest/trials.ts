/** Trials: single dispatches with their buffers before and after. The CPU reference records them; a device repeats them. */
import type { Device, DeviceBuffer, Dispatch } from '../../../gpu/device';
import { whole } from '../../../gpu/device';
import { fromStored, HALF_ROUNDING, toStored } from '../../../gpu/dtype';
import { type AnyKernel, type Binding, type Constants, dtypeOf, type NumberArray } from '../../../gpu/kernel';

type Buffers = Readonly<Record<string, NumberArray>>;

/** A dispatch as the reference computed it. */
export interface Trial {
  readonly label: string;
  readonly kernel: AnyKernel;
  readonly constants: Constants;
  readonly params: Readonly<Record<string, number>>;
  readonly before: Buffers;
  /** Contents of the written buffers. */
  readonly after: Buffers;
}

/** Difference between a device and the reference. */
export interface Mismatch {
  readonly kernel: string;
  readonly label: string;
  readonly buffer: string;
  readonly index: number;
  readonly got: number;
  readonly expected: number;
  /** Largest difference and largest allowed difference, both as shares of the buffer's largest number. */
  readonly error: number;
  readonly limit: number;
  /** Number of values beyond the limit, and number of all values. */
  readonly wrong: number;
  readonly count: number;
}

const bindingOf = (kernel: AnyKernel, name: string): Binding => kernel.bindings[name]!;
const isWhole = ({ element }: Binding) => element.endsWith('u') || element === 'u32';
export const writtenBy = (kernel: AnyKernel): string[] =>
  Object.keys(kernel.bindings).filter((name) => bindingOf(kernel, name).access !== 'read');

/**
 * Factor on a kernel's tolerance, which holds for sums of tens of numbers of size 1. Sums here may have a thousand numbers.
 * An adapter's exp, division and square root may also be less exact than on the adapters that set the tolerances.
 */
const SLACK = 8;
/** Smallest limit: a copy may flush subnormal numbers to 0. */
const LEAST_LIMIT = 1e-6;

/** Allowed difference as a share of the buffer's largest number. */
function limitOf({ kernel, constants }: Pick<Trial, 'kernel' | 'constants'>, binding: Binding): number {
  if (isWhole(binding)) return 0;
  const arithmetic = Math.max(LEAST_LIMIT, SLACK * kernel.tolerance.value);
  // a kernel that rounds to f16 on the way may round the other way, which moves the sum by as much
  if (constants.ROUNDS) return arithmetic + SLACK * HALF_ROUNDING;
  return dtypeOf(binding) === 'f16' ? arithmetic + 2 * HALF_ROUNDING : arithmetic;
}

/** Finds the first written buffer that differs, with its largest difference; null if none differs. */
export function compare(trial: Trial, got: Buffers): Mismatch | null {
  for (const [buffer, expected] of Object.entries(trial.after)) {
    const limit = limitOf(trial, bindingOf(trial.kernel, buffer));
    const numbers = got[buffer]!;
    let scale = 0;
    for (const value of expected) scale = Math.max(scale, Math.abs(value));
    scale ||= 1;
    let [worst, error, wrong] = [0, 0, 0];
    for (let i = 0; i < expected.length; i++) {
      if (Object.is(numbers[i], expected[i])) continue;
      const difference = Math.abs(numbers[i]! - expected[i]!) / scale;
      if (difference <= limit) continue;
      wrong++;
      if (difference <= error) continue;
      [worst, error] = [i, difference];
      if (Number.isNaN(difference)) break;
    }
    const { label, kernel } = trial;
    const figures = { index: worst, got: numbers[worst]!, expected: expected[worst]!, error, limit };
    if (wrong > 0) return { kernel: kernel.name, label, buffer, ...figures, wrong, count: expected.length };
  }
  return null;
}

/** Bytes of buffers on the device at a time, unless one trial needs more. */
const BATCH_BYTES = 32 * 2 ** 20;

const bytesOf = ({ before }: Trial) => Object.values(before).reduce((sum, { byteLength }) => sum + byteLength, 0);

/** Runs the trials on the device from the recorded buffers, many per submit. @returns the mismatches */
export async function runTrials(device: Device, trials: readonly Trial[]): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  let batch: Trial[] = [];
  const flush = async () => {
    const results = await runBatch(device, batch);
    batch.forEach((trial, i) => {
      const mismatch = compare(trial, results[i]!);
      if (mismatch) mismatches.push(mismatch);
    });
    batch = [];
  };
  let bytes = 0;
  for (const trial of trials) {
    if (batch.length > 0 && bytes + bytesOf(trial) > BATCH_BYTES) {
      await flush();
      bytes = 0;
    }
    batch.push(trial);
    bytes += bytesOf(trial);
  }
  if (batch.length > 0) await flush();
  return mismatches;
}

async function runBatch(device: Device, trials: readonly Trial[]): Promise<Buffers[]> {
  const buffers: DeviceBuffer[] = [];
  const upload = (kernel: AnyKernel, name: string, numbers: NumberArray): DeviceBuffer => {
    const binding = bindingOf(kernel, name);
    const data = isWhole(binding) ? Uint32Array.from(numbers) : toStored(numbers, dtypeOf(binding));
    const buffer = device.createBuffer(`self-test ${name}`, Math.ceil(data.byteLength / 16) * 16);
    device.write(buffer, data);
    buffers.push(buffer);
    return buffer;
  };
  try {
    const dispatches = trials.map(
      ({ label, kernel, constants, params, before }): Dispatch => ({
        label,
        kernel,
        constants,
        params,
        bindings: Object.fromEntries(
          Object.entries(before).map(([name, numbers]) => [name, whole(upload(kernel, name, numbers))]),
        ),
      }),
    );
    const sequence = await device.prepare(dispatches);
    const ranges = dispatches.flatMap(({ kernel, bindings }) => writtenBy(kernel).map((name) => bindings[name]!));
    const contents = await device.read(ranges, [{ sequence }]);
    sequence.destroy();
    return trials.map(({ kernel, after }) =>
      Object.fromEntries(
        writtenBy(kernel).map((name) => {
          const binding = bindingOf(kernel, name);
          const bytes = contents.shift()!;
          const numbers = isWhole(binding) ? new Uint32Array(bytes) : fromStored(bytes, dtypeOf(binding));
          return [name, numbers.subarray(0, after[name]!.length)];
        }),
      ),
    );
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}
