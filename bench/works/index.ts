/** All works, in the order in which they are measured and shown. */
import { grpoWorks } from './grpo';
import { matmulWorks } from './matmul';
import { rolloutWorks } from './rollout';
import { trainWorks } from './train';
import type { Work } from './work';

/** Works whose names match. @throws if none matches */
export function worksNamed(only: RegExp): Work[] {
  const all = [...trainWorks(), ...rolloutWorks(), ...grpoWorks(), ...matmulWorks()];
  const chosen = all.filter(({ name }) => only.test(name));
  if (chosen.length === 0)
    throw new Error(`--only: ${only.source} matches none of ${all.map(({ name }) => name).join(', ')}`);
  return chosen;
}
