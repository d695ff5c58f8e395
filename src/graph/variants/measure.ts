/**
 * Which of several ways to compute the same thing is fastest on the adapter: each is timed once on made-up numbers and
 * the answer is kept in the adapter's tuning cache. A choice changes results within the kernels' tolerances only; it stays the
 * same as long as the tuning cache does.
 */
import type { BufferRange, Device, Dispatch } from '../../gpu/device';
import type { AnyKernel } from '../../gpu/kernel';
import { kernels } from '../../kernels';
import { hash } from '../../random';
import { pickClock } from './clock';

export interface Candidate {
  readonly name: string;
  /** What it needs run, over buffers of its own. */
  readonly dispatches: readonly Dispatch[];
}

const ROUNDS = 3;
/** A later candidate must be this much faster than the best of the earlier ones: noise changes no choice. */
const GAIN = 0.97;

/** Name of the fastest: the least time of several rounds, candidates in turn. */
async function fastest(device: Device, candidates: readonly Candidate[]): Promise<string> {
  const prepared = await Promise.allSettled(candidates.map(({ dispatches }) => device.prepare(dispatches)));
  // what a driver does not compile is no candidate
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
 * Workgroups of a kernel's cases. They stand for its grid: the text of the function itself differs between transpilers, and
 * with it two processes would not share what they measured.
 */
const grids = ({ cases, constants, workgroups }: AnyKernel) =>
  cases.map((trial) => workgroups(trial.params, { ...constants, ...trial.constants }));

/** Results hold for the shaders and the grids that they were measured with. */
const EDITION = hash(JSON.stringify(kernels.map((kernel) => [kernel.wgsl, grids(kernel)]))).toString(36);
const pageOf = (key: string): string => `${EDITION} ${key}`;

/** The tuning cache's answer under this key, if there is one. */
export const noted = (device: Device, key: string): string | undefined => device.tuningCache?.get(pageOf(key));

/**
 * The tuning cache's answer under this key, measured now where it has none.
 * @param candidates made only when they are needed; with what was made for them, to be destroyed afterwards
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

/** The next power of two: sizes that change from run to run are measured by class. */
export const sizeClass = (size: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, size)));
