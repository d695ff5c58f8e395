/**
 * Retention: which checkpoints stay. Stage ends, the best by held-out accuracy, the last two and the pinned ones always do.
 * The rest is thinned so that what stays covers the steps evenly.
 */
import { type CheckpointInfo, listCheckpoints } from './checkpoints';
import type { Files } from './files';

export interface Retention {
  /** Names of checkpoints that the user pinned. */
  readonly pinned: readonly string[];
  /** Checkpoints to keep beside those that always stay. */
  readonly others: number;
}

export const OTHERS = 8;
const LAST = 2;

type Ranked = Pick<CheckpointInfo, 'name' | 'events' | 'isStageEnd' | 'accuracy'>;

/** Checkpoints to remove, the most dispensable first. */
export function checkpointsToRemove<T extends Ranked>(checkpoints: readonly T[], { pinned, others }: Retention): T[] {
  const kept = [...checkpoints].sort((a, b) => a.events - b.events);
  const measured = kept.filter(({ accuracy }) => accuracy !== null);
  const best = measured.reduce<T | null>((most, one) => (most && most.accuracy! > one.accuracy! ? most : one), null);
  const stays = new Set([
    ...kept.filter(({ isStageEnd, name }) => isStageEnd || pinned.includes(name)),
    ...kept.slice(-LAST),
    ...(best ? [best] : []),
  ]);
  const removed: T[] = [];
  while (kept.filter((one) => !stays.has(one)).length > others) {
    // the one whose neighbours are nearest to each other leaves the smallest gap
    let least = -1;
    let smallest = Infinity;
    for (const [i, one] of kept.entries()) {
      const gap = (kept[i + 1]?.events ?? one.events) - (kept[i - 1]?.events ?? 0);
      if (!stays.has(one) && gap < smallest) [least, smallest] = [i, gap];
    }
    removed.push(...kept.splice(least, 1));
  }
  return removed;
}

/** Removes the checkpoints that need not stay. @returns those that it removed */
export async function applyRetention(files: Files, retention: Retention): Promise<CheckpointInfo[]> {
  const { checkpoints } = await listCheckpoints(files);
  const removed = checkpointsToRemove(checkpoints, retention);
  for (const { folder } of removed) await files.remove(folder);
  return removed;
}
