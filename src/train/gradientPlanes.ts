/**
 * How many parts the sums of weight gradients are split into. A weight gradient of a small model has few numbers, each a long
 * sum over tokens: too few tiles for a GPU. Its k is split then, each part summed into a plane of its own, and the planes
 * are added up before they are used.
 */
import type { Device } from '../gpu/device';
import { BYTES } from '../gpu/dtype';
import type { PhiConfig } from '../model/config';
import type { ParameterTable } from '../model/parameters';

/** Numbers of a weight gradient, times parts, that keep a GPU busy. */
const BUSY = 2 ** 18;
/** Most numbers that all planes may take together: large models have tiles enough. */
const MOST_NUMBERS = 2 ** 22;
const MOST_PLANES = 16;

/** 1 on a processor, where every tile is as good as any other. */
export function gradientPlanes(
  { software, maxBindingBytes }: Pick<Device, 'software' | 'maxBindingBytes'>,
  { hidden_size: C }: Pick<PhiConfig, 'hidden_size'>,
  { arenaSize }: Pick<ParameterTable, 'arenaSize'>,
): number {
  if (software) return 1;
  const mostNumbers = Math.min(MOST_NUMBERS, maxBindingBytes / BYTES.f32); // one dispatch adds them up
  return Math.max(1, Math.min(MOST_PLANES, Math.floor(mostNumbers / arenaSize), Math.ceil(BUSY / (C * C))));
}
