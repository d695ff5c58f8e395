import { SlidersHorizontal } from 'lucide-react';
import { isRewardField } from '../../lab/recipe/rewardFields';
import { quote } from '../../quote';
import type { LabState } from '../../store/lab';
import { hasRewardChanges, INITIAL_REWARD, type RewardChanges, type Slot } from '../../store/rewardChoice';
import { valueAt } from '../../valueAt';
import type { AddressReader, Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

const ID = 'rewards';

/** Parameter of each set of changes: JSON with the value of each changed field by its path. */
const PARAMS: Readonly<Record<Slot, string>> = { A: 'rewardA', B: 'rewardB' };

function objectIn(text: string): object | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Changes of a set; null where the address lacks them. The cards show values out of range with their faults. */
function changesOf(reader: AddressReader, slot: Slot, { draft }: Pick<LabState, 'draft'>): RewardChanges | null {
  const param = PARAMS[slot];
  const text = reader.text(param);
  if (text === null) return null;
  const found = objectIn(text);
  if (!found) {
    reader.fault(`${param} is no JSON object of changed fields by their paths, such as {"reward.length":0.2}`);
    return null;
  }
  const isKept = ([path, value]: [string, unknown]): boolean => {
    const isField = isRewardField(path) && valueAt(draft, path) !== undefined;
    if (!isField) reader.fault(`${param}: a reward has no field ${quote(path)}`);
    const isValue = typeof value === 'string' || typeof value === 'number';
    if (isField && !isValue) reader.fault(`${param}: ${path} is ${quote(value)}; use a number or a text`);
    return isField && isValue;
  };
  return Object.fromEntries(Object.entries(found).filter(isKept));
}

function slotOf(reader: AddressReader, hasB: boolean): Slot {
  const text = reader.text('slot');
  if (text === null || text === 'A') return 'A';
  if (text === 'B' && hasB) return 'B';
  reader.fault(`slot=${quote(text)} is not possible: ${hasB ? 'use A or B' : 'the link has no reward B'}`);
  return 'A';
}

function read(reader: AddressReader, state: Pick<LabState, 'draft'>): Partial<LabState> {
  if (reader.text('view') !== ID) return {};
  const [A, B] = [changesOf(reader, 'A', state) ?? {}, changesOf(reader, 'B', state)];
  return { reward: { ...INITIAL_REWARD, A, B, slot: slotOf(reader, B !== null) } };
}

function write({ reward }: Pick<LabState, 'reward'>): Readonly<Record<string, string | null>> {
  const { slot, A, B } = reward;
  return {
    [PARAMS.A]: hasRewardChanges(reward) ? JSON.stringify(A) : null,
    [PARAMS.B]: B && JSON.stringify(B),
    slot: slot === 'A' ? null : slot,
  };
}

export const rewards: Screen = {
  id: ID,
  title: 'Rewards',
  icon: SlidersHorizontal,
  Component: lazyScreen(() => import('./Rewards').then(({ Rewards }) => Rewards)),
  address: { names: [...Object.values(PARAMS), 'slot'], write, read },
};
