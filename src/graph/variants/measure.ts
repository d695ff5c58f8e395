/**
 * Autotuning: times kernel variants on made-up numbers and keeps the fastest in the adapter's tuning cache. A choice changes
 * results only within the kernels' tolerances, and lasts as long as the tuning cache.
 */
import type { BufferRange, Device, Dispatch } from '../../gpu/device';
import type { AnyKernel } from '../../gpu/kernel';
import { kernels } from '../../kernels';
import { hash } from '../../random';
import { pickClock } from './clock';

export interface Candidate {
  readonly name: string;
  /** Its dispatches, over buffers of its own. */
  readonly dispatches: readonly Dispatch[];
}

const ROUNDS = 3;
/** A later candidate must be this much faster than the best of the earlier ones: noise changes no choice. */
const GAIN = 0.97;

/** Name of the fastest: the least time of several rounds, candidates in turn. */
async function fastest(device: Device, candidates: readonly Candidate[]): Promise<string> {
  const prepared = await Promise.allSettled(candidates.map(({ dispatches }) => device.prepare(dispatches)));
  // a variant that the driver does not compile is no candidate
  const runners = candidates.flatMap(({ name, dispatches }, i) => {
    const result = prepared[i]!;
    return result.status === 'fulfilled' ? [{ name, sequence: result.value, result: tailOf(dispatches.at(-1)!) }] : [];
  });
  if (runners.length === 0) throw new Error(`no variant compiles: ${candidates.map(({ name }) => name).join(', ')}`);
  for (const { sequence, result } of runners) await device.read([result], [{ sequence }]); // pays for what a driver does late
  const clock = await pickClock(device, runners[0]!);
  const least: number[] = [];
  for (const runner of runners) least.push(await clock.time(runner, 1));
  const repeat = clock.repeatsFor(Math.min(...least));
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, runner] of runners.entries()) least[i] = Math.min(least[i]!, await clock.time(runner, repeat));
  for (const { sequence } of runners) sequence.destroy();
  let best = 0;
  least.forEach((time, i) => {
    if (time < least[best]! * GAIN) best = i;
  });
  return runners[best]!.name;
}

/** A few bytes of the last buffer that a dispatch binds. */
const tailOf = ({ bindings }: Dispatch): BufferRange => ({ ...Object.values(bindings).at(-1)!, bytes: 16 });

/**
 * Workgroups of a kernel's cases, as a fingerprint of its grid. The function's own text differs between transpilers, and two
 * programs would not share their measurements.
 */
const grids = ({ cases, constants, workgroups }: AnyKernel) =>
  cases.map((trial) => workgroups(trial.params, { ...constants, ...trial.constants }));

/** Results hold for the shaders and the grids that they were measured with. */
const EDITION = hash(JSON.stringify(kernels.map((kernel) => [kernel.wgsl, grids(kernel)]))).toString(36);
const pageOf = (key: string): string => `${EDITION} ${key}`;

/** Entry of the tuning cache; undefined without one. */
export const noted = (device: Device, key: string): string | undefined => device.tuningCache?.get(pageOf(key));

/**
 * Measures the candidates and enters the fastest, unless the tuning cache has an entry.
 * @param candidates makes them on demand; `destroy` frees their buffers afterwards
 */
export async function measured(
  device: Device,
  key: string,
  candidates: () => { candidates: readonly Candidate[]; destroy(): void },
): Promise<void> {
  if (!device.tuningCache || noted(device, key) !== undefined) return;
  const made = candidates();
  try {
    device.tuningCache.set(pageOf(key), await fastest(device, made.candidates));
  } finally {
    made.destroy();
  }
}

/** Next power of two. Sizes that change from run to run share measurements by class. */
export const sizeClass = (size: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, size)));
