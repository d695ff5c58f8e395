/** Every alert: adding one is its file and a line here. */
import type { AlertRecord } from './alert';
import { entropyCollapse } from './entropyCollapse';
import { equalGroups, nearlySolved } from './equalGroups';
import { guessing, untrained } from './guessing';
import { hacking } from './hacking';
import { klFar, klJump } from './kl';
import { lengthDrift } from './lengthDrift';
import { policyDestroyed } from './policyDestroyed';
import { sftDiverges } from './sftDiverges';
import { termDominates } from './termDominates';
import { truncation } from './truncation';

export const alerts: readonly AlertRecord[] = [
  sftDiverges,
  policyDestroyed,
  guessing,
  untrained,
  hacking,
  termDominates,
  equalGroups,
  nearlySolved,
  truncation,
  entropyCollapse,
  klJump,
  klFar,
  lengthDrift,
];
