/**
 * Runs kernel cases on a device and compares every written buffer with the plain loops in double precision. Users: the tests
 * in Node, the page of the browser tests, and the self-test of variants before a run.
 */

import { roundToHalf } from '../float16';
import { type Device, whole } from '../gpu/device';
import { type Dtype, fromStored, HALF_ROUNDING, toStored } from '../gpu/dtype';
import { type AnyKernel, type Binding, dtypeOf, type KernelCase, type NumberArray } from '../gpu/kernel';

export interface Trial {
  readonly kernel: AnyKernel;
  readonly case: KernelCase<string, string>;
  readonly name: string;
}

/** First wrong value and its place; null if the case passes, or if the device rejects it for a missing feature. */
export type Mismatch = string | null;

export const trialsOf = (kernels: readonly AnyKernel[]): Trial[] =>
  kernels.flatMap((kernel) =>
    kernel.cases.map((trial: KernelCase<string, string>) => ({
      kernel,
      case: trial,
      name: `${kernel.name}: ${trial.label}`,
    })),
  );

const bindingOf = (kernel: AnyKernel, name: string): Binding => kernel.bindings[name]!;
const isWhole = ({ element }: Binding) => element.endsWith('u') || element === 'u32';

/** Contents of every buffer after the plain loops, in double precision. */
export function expected({ kernel, case: trial }: Trial): Record<string, NumberArray> {
  const buffers = Object.fromEntries(
    Object.entries(trial.buffers).map(([name, content]) => [
      name,
      isWhole(bindingOf(kernel, name))
        ? Uint32Array.from(content)
        : Float64Array.from(content, dtypeOf(bindingOf(kernel, name)) === 'f16' ? roundToHalf : Number),
    ]),
  );
  kernel.reference(buffers, trial.params, { ...kernel.constants, ...trial.constants });
  return buffers;
}

/** Contents of every written buffer after one run of the case on the device. */
async function measured(device: Device, { kernel, case: trial }: Trial): Promise<Record<string, NumberArray>> {
  const buffers = Object.fromEntries(
    Object.entries(trial.buffers).map(([name, content]) => {
      const binding = bindingOf(kernel, name);
      const data = isWhole(binding) ? Uint32Array.from(content) : toStored(content, dtypeOf(binding));
      const buffer = device.createBuffer(name, Math.ceil(data.byteLength / 16) * 16);
      device.write(buffer, data);
      return [name, { buffer, length: content.length }];
    }),
  );
  const sequence = await device.prepare([
    {
      label: kernel.name,
      kernel,
      constants: { ...kernel.constants, ...trial.constants },
      bindings: Object.fromEntries(Object.entries(buffers).map(([name, { buffer }]) => [name, whole(buffer)])),
      params: trial.params,
    },
  ]);
  const written = Object.keys(buffers).filter((name) => kernel.bindings[name]?.access !== 'read');
  const contents = await device.read(
    written.map((name) => whole(buffers[name]!.buffer)),
    [{ sequence }],
  );
  sequence.destroy();
  for (const { buffer } of Object.values(buffers)) buffer.destroy();
  return Object.fromEntries(
    written.map((name, i) => {
      const bytes = contents[i] as ArrayBuffer;
      const binding = bindingOf(kernel, name);
      const numbers = isWhole(binding) ? new Uint32Array(bytes) : fromStored(bytes, dtypeOf(binding));
      return [name, numbers.subarray(0, buffers[name]!.length)];
    }),
  );
}

/** Checks that a device rejects a kernel without its optional feature by name. */
async function refusal(device: Device, trial: Trial): Promise<Mismatch> {
  const said = await measured(device, trial).then(
    () => 'it ran',
    (error: unknown) => String(error),
  );
  return /needs (subgroups of \d+|f16 in buffers)/.test(said) ? null : `without its feature: ${said}`;
}

/** Rounding of stored results, on top of the kernel's own tolerance. */
const STORING: Readonly<Record<Dtype, number>> = { f32: 0, f16: HALF_ROUNDING };

/** Runs a case. Returns the first number beyond the tolerance, its place, and their count. */
export async function tryKernel(device: Device, trial: Trial): Promise<Mismatch> {
  if (!device.supports(trial.kernel)) return refusal(device, trial);
  const want = expected(trial);
  const got = await measured(device, trial);
  const tolerance = trial.case.tolerance ?? trial.kernel.tolerance.value;
  for (const [name, numbers] of Object.entries(got)) {
    const binding = bindingOf(trial.kernel, name);
    const limit = isWhole(binding) ? 0 : tolerance + STORING[dtypeOf(binding)];
    const wrong = Array.from(numbers.keys()).filter((i) => {
      const target = want[name]![i]!;
      return !(Object.is(numbers[i], target) || Math.abs(numbers[i]! - target) <= limit * (1 + Math.abs(target)));
    });
    if (wrong.length > 0) {
      const i = wrong[0]!;
      return `${name}[${i}]: got ${numbers[i]}, expected ${want[name]![i]} (${wrong.length} of ${numbers.length} beyond ${limit})`;
    }
  }
  return null;
}
