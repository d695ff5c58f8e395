/** Words of the Rewards view. */
import { signed } from '../shared/format';

/** Change of a reward: "unchanged", or "+0.62 as it was, −1.23 with your edits". */
export function rewardWords(before: number, after: number): string {
  if (signed(before) === signed(after)) return `${signed(before)} as it was; the same now`;
  return `${signed(before)} as it was; ${signed(after - before)} with your edits`;
}

/** "1 change" or "3 changes". */
export const changesWords = (count: number): string => `${count} ${count === 1 ? 'change' : 'changes'}`;
