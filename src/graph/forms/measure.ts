/**
 * Which of several ways to compute the same thing is fastest on the adapter at hand: each is timed once on made-up numbers and
 * the answer is kept in the adapter's notebook. A choice changes results within the kernels' tolerances only; with a
 * notebook it is the same choice every time.
 */
import type { Device, Dispatch, Sequence } from '../../gpu/device';
import type { AnyKernel } from '../../gpu/kernel';
import { kernels } from '../../kernels';
import { trialsOf, tryKernel } from '../../kernels/conformance';
import { hash } from '../../random';

export interface Candidate {
  readonly name: string;
  /** What it needs run, over buffers of its own. */
  readonly dispatches: readonly Dispatch[];
}

const ROUNDS = 3;
/** Least milliseconds of one timing: shorter work is repeated, up to as often as given. */
const LEAST_TIME = 4;
const MOST_REPEATS = 64;
/** A later candidate must be this much faster than the best of the earlier ones: noise changes no choice. */
const GAIN = 0.97;

/** Name of the fastest: the least time of several rounds, candidates in turn. */
async function fastest(device: Device, candidates: readonly Candidate[]): Promise<string> {
  const sequences = await Promise.all(candidates.map(({ dispatches }) => device.prepare(dispatches)));
  const time = async (sequence: Sequence, repeat: number) => {
    const began = performance.now();
    device.submit([{ sequence, repeat }]);
    await device.idle();
    return (performance.now() - began) / repeat;
  };
  for (const sequence of sequences) await time(sequence, 1); // pays for what a driver does late
  const least: number[] = [];
  for (const sequence of sequences) least.push(await time(sequence, 1));
  const repeat = Math.min(MOST_REPEATS, Math.ceil(LEAST_TIME / Math.min(...least)));
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, sequence] of sequences.entries()) least[i] = Math.min(least[i]!, await time(sequence, repeat));
  for (const sequence of sequences) sequence.destroy();
  let best = 0;
  least.forEach((time, i) => {
    if (time < least[best]! * GAIN) best = i;
  });
  return candidates[best]!.name;
}

/** Answers hold for the shaders that they were measured with. */
const EDITION = hash(kernels.map(({ wgsl }) => wgsl).join()).toString(36);
const pageOf = (key: string): string => `${EDITION} ${key}`;

/** The notebook's answer under this key, if there is one. */
export const noted = (device: Device, key: string): string | undefined => device.notebook?.read(pageOf(key));

/**
 * The notebook's answer under this key, measured now where it has none.
 * @param candidates made only when they are needed; with what was made for them, to be destroyed afterwards
 */
export async function measured(
  device: Device,
  key: string,
  candidates: () => { candidates: readonly Candidate[]; destroy(): void },
): Promise<void> {
  if (!device.notebook || noted(device, key) !== undefined) return;
  const made = candidates();
  device.notebook.write(pageOf(key), await fastest(device, made.candidates));
  made.destroy();
}

const proofs = new WeakMap<Device, Map<AnyKernel, Promise<boolean>>>();

/** Whether a kernel that rests on an optional feature computes what its plain loops do on this device. Tried once a device. */
export function proven(device: Device, kernel: AnyKernel): Promise<boolean> {
  const ofDevice = proofs.get(device) ?? new Map<AnyKernel, Promise<boolean>>();
  proofs.set(device, ofDevice);
  const known = ofDevice.get(kernel) ?? prove(device, kernel);
  ofDevice.set(kernel, known);
  return known;
}

async function prove(device: Device, kernel: AnyKernel): Promise<boolean> {
  if (!device.supports(kernel)) return false;
  for (const trial of trialsOf([kernel])) if ((await tryKernel(device, trial)) !== null) return false;
  return true;
}

/** The next power of two: sizes that change from run to run are measured by class. */
export const sizeClass = (size: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, size)));
