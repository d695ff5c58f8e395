/**
 * Address of what is on screen: #view=traces&step=12&group=3&rollout=5, or #view=data&task=parity&level=8&seed=0&n=3 for the
 * task picker. A shared address also has a recipe: recipe=parity-12&set=…&hash=…. Text in, text out; needs no browser.
 */
import type { LinkedRecipe } from '../../lab/recipe/link';
import { WORKED_VALUES, type WorkedOptions } from '../../lab/run/workedOut';
import { quote } from '../../quote';
import type { LabState } from '../../store/lab';
import { firstScreen, screens } from '..';
import { PICKER, pickerAddress } from '../data/address';
import type { AddressReader, ScreenAddress } from '../screen';

/** Parameters of every screen. */
const COMMON = ['view', 'step', 'group', 'rollout', 'scale', 'divisor', 'recipe', 'set', 'hash'];

/** Most characters of an address; browsers have limits from a million on. */
export const MOST_CHARACTERS = 1_000_000;

export interface Address {
  /** Changes of the state that the address asks for. */
  readonly changes: Partial<LabState>;
  /** Parts of the address that could not be taken, in words; the page shows the nearest that exists. */
  readonly faults: readonly string[];
  /** Recipe that the address asks for; null without one. */
  readonly linked: LinkedRecipe | null;
}

const addresses = [...screens.flatMap(({ address }): ScreenAddress[] => (address ? [address] : [])), pickerAddress];

/** Screen that an address asks for; the task picker opens over the first. */
const screenAt = (asked: string | null) =>
  asked === PICKER
    ? firstScreen
    : screens.find(({ id, formerIds = [] }) => asked !== null && [id, ...formerIds].includes(asked));

/** Parameters of the address of a screen, with a list that takes their faults. */
function readerOf(params: URLSearchParams, faults: string[]): AddressReader {
  return {
    text: (name) => params.get(name),
    number(name, least) {
      const text = params.get(name);
      if (text === null) return null;
      if (/^(0|[1-9]\d{0,9})$/.test(text) && Number(text) >= least) return Number(text);
      const large = /^[1-9]\d{10,}$/.test(text);
      faults.push(`${name}=${quote(text)} is ${large ? 'too large' : `not a whole number from ${least}`}`);
      return null;
    },
    fault: (words) => void faults.push(words),
  };
}

/** Choice of the worked-out group; none where the address lacks it or has another value, which becomes a fault. */
function choiceOf<K extends keyof WorkedOptions>(
  reader: AddressReader,
  name: string,
  choice: K,
): Partial<WorkedOptions> {
  const text = reader.text(name);
  if (text === null) return {};
  const found = WORKED_VALUES[choice].find((value) => value === text);
  if (!found) reader.fault(`${name}=${quote(text)} is not possible; use ${WORKED_VALUES[choice].join(', ')}`);
  return found ? { [choice]: found } : {};
}

/** Reads the part of an address after its #. */
export function readAddress(hash: string, state: Pick<LabState, 'data' | 'draft'>): Address {
  const isTooLong = hash.length > MOST_CHARACTERS;
  const params = new URLSearchParams(isTooLong ? '' : hash.replace(/^#/, ''));
  const faults: string[] = [];
  if (isTooLong) faults.push(`the link has ${hash.length} characters; use at most ${MOST_CHARACTERS}`);
  const names = [...COMMON, ...addresses.flatMap((address) => address.names)];
  for (const name of new Set(params.keys())) {
    if (!names.includes(name)) faults.push(`a link cannot choose ${quote(name)}`);
    else if (params.getAll(name).length > 1) faults.push(`${name} occurs twice; the first counts`);
  }
  const reader = readerOf(params, faults);
  const asked = reader.text('view');
  const found = screenAt(asked);
  if (asked !== null && !found)
    reader.fault(`there is no screen ${quote(asked)}; there are ${screens.map(({ id }) => id).join(', ')}`);
  const common = {
    screen: (found ?? firstScreen).id,
    step: reader.number('step', 1),
    group: reader.number('group', 0),
    rollout: reader.number('rollout', 0) ?? 0,
    worked: {
      ...choiceOf(reader, 'scale', 'scaleRewards'),
      ...choiceOf(reader, 'divisor', 'lengthDivisor'),
    },
  };
  const linked = { recipe: reader.text('recipe'), set: reader.text('set'), hash: reader.text('hash') };
  return {
    changes: Object.assign(common, ...addresses.map((address) => address.read(reader, state))),
    faults,
    linked: Object.values(linked).some((text) => text !== null) ? linked : null,
  };
}

/** Parameters of an address that asks for a recipe. */
export function writeLinked({ recipe, set, hash }: LinkedRecipe): string {
  const given = Object.entries({ recipe, set, hash }).filter((entry): entry is [string, string] => entry[1] !== null);
  return new URLSearchParams(given).toString();
}

type Written = Pick<
  LabState,
  | 'screen'
  | 'step'
  | 'group'
  | 'rollout'
  | 'token'
  | 'worked'
  | 'traces'
  | 'experiment'
  | 'experimentSeed'
  | 'runsTab'
  | 'compared'
  | 'evaluation'
  | 'newRun'
  | 'data'
  | 'play'
  | 'reward'
  | 'linked'
>;

export function writeAddress(state: Written): string {
  const { screen, step, group, rollout, worked, newRun, linked } = state;
  const isPicker = newRun === 'task';
  const address = isPicker ? pickerAddress : screens.find(({ id }) => id === screen)?.address;
  const own = address?.write(state) ?? {};
  const params = new URLSearchParams({ view: isPicker ? PICKER : screen });
  const numbers = { step, group, rollout: rollout > 0 ? rollout : null };
  const choices = { scale: worked.scaleRewards ?? null, divisor: worked.lengthDivisor ?? null };
  for (const [name, value] of Object.entries({ ...own, ...numbers, ...choices }))
    if (value !== null) params.set(name, String(value));
  return linked === '' ? `#${params}` : `#${params}&${linked}`;
}
