/** Every policy loss: adding one is its file and a line here. */
import { bnpo } from './bnpo';
import { cispo } from './cispo';
import { dapo } from './dapo';
import { drGrpo } from './drGrpo';
import { grpo } from './grpo';
import { gspo } from './gspo';
import { luspo } from './luspo';
import { sharedOptions } from './options';
import type { PolicyLoss } from './policyLoss';
import { sapo } from './sapo';
import { vespo } from './vespo';

const records = [grpo, bnpo, drGrpo, dapo, cispo, gspo, sapo, luspo, vespo] as const;
export const losses: readonly PolicyLoss[] = records;

export const lossTypes = losses.map(({ name }) => name) as [string, ...string[]];

/** @throws where no loss has the name */
export function lossByName(name: string): PolicyLoss {
  const loss = losses.find((record) => record.name === name);
  if (!loss) throw new Error(`there is no policy loss ${name}; there are ${lossTypes.join(', ')}`);
  return loss;
}

type Intersection<U> = (U extends unknown ? (of: U) => void : never) extends (of: infer I) => void ? I : never;
type OwnOptions = Intersection<(typeof records)[number]['options']>;

/** Options of all losses, by their field in a recipe: the shared ones, then each loss's own. */
export const lossOptions = Object.assign(
  {},
  sharedOptions,
  ...losses.map(({ options }) => options),
) as typeof sharedOptions & OwnOptions;
