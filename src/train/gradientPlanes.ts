/**
 * Split of weight-gradient sums (split-k). A weight gradient of a small model has few numbers, each a long sum over tokens: too
 * few tiles for a GPU. The sum over tokens is then split into parts, one plane per part, and the planes are added up before use.
 */
import { BYTES } from '../gpu/dtype';
import type { Model } from '../model/model';

/** Numbers of a weight gradient × parts that keep a GPU busy. */
const BUSY = 2 ** 18;
/** Maximum numbers in all planes together: large models have enough tiles. */
const MOST_NUMBERS = 2 ** 22;
const MOST_PLANES = 16;

interface Sized {
  readonly device: Pick<Model['device'], 'software' | 'maxBindingBytes'>;
  readonly config: Pick<Model['config'], 'hidden_size'>;
  readonly table: Pick<Model['table'], 'arenaSize'>;
}

/** Number of planes; 1 on a software adapter, which needs no extra tiles. */
export function gradientPlanes({ device, config, table }: Sized): number {
  const { software, maxBindingBytes } = device;
  const [C, arenaSize] = [config.hidden_size, table.arenaSize];
  if (software) return 1;
  const mostNumbers = Math.min(MOST_NUMBERS, maxBindingBytes / BYTES.f32); // one dispatch adds them up
  return Math.max(1, Math.min(MOST_PLANES, Math.floor(mostNumbers / arenaSize), Math.ceil(BUSY / (C * C))));
}
