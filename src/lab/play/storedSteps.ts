/**
 * GRPO steps of a journal, as far as rewards need them. Numbers of tokens stay unread, and fields are checked by hand: the
 * whole schema takes several times as long as the scoring.
 */
import { parseJsonLine } from '../../json';
import { quote } from '../../quote';
import type { Journal } from '../../runs/journal';
import { numbersAt } from '../../runs/numbers';
import type { GrpoStep, Rollout, RolloutGroup } from '../../train/grpo';
import { eventFromLine } from '../run/events';

/** A stored rollout with its verdict, reward and advantage. */
export type StoredRollout = Pick<
  Rollout,
  'ids' | 'text' | 'ended' | 'correct' | 'verdict' | 'partial' | 'measures' | 'reward' | 'advantage'
>;

export type Fields = Readonly<Record<string, unknown>>;

const TYPES = {
  step: 'number',
  prompt: 'string',
  task: 'string',
  answer: 'string',
  text: 'string',
  ended: 'boolean',
  correct: 'boolean',
  verdict: 'object',
  partial: 'number',
  reward: 'number',
  advantage: 'number',
} as const;

/** @throws naming the place and the first field that is missing or has another type */
export function check(fields: Fields, names: readonly (keyof typeof TYPES)[], where: string): void {
  for (const name of names)
    if (fields[name] === undefined)
      throw new Error(
        `${where}: ${name} is missing: an earlier version of the lab or another program wrote this run; train its recipe again`,
      );
    else if (typeof fields[name] !== TYPES[name])
      throw new Error(`${where}: ${name} is ${quote(fields[name])}, expected a ${TYPES[name]}; the line is damaged`);
}

function listOf(value: unknown, where: string): Fields[] {
  if (!Array.isArray(value) || value.length === 0 || value.some((one) => typeof one !== 'object' || one === null))
    throw new Error(`${where}: is no list of objects; the line is damaged`);
  return value as Fields[];
}

/** @throws naming the place and the field that is damaged */
export function storedRollout(fields: Fields, where: string): StoredRollout {
  check(fields, ['text', 'ended', 'correct', 'verdict', 'partial', 'reward', 'advantage'], where);
  const ids = numbersAt(fields.ids, where, 'ids');
  if (!Array.isArray(ids) && !(ids instanceof Uint16Array))
    throw new Error(`${where}: ids is ${quote(fields.ids)}, expected token ids; the line is damaged`);
  const { text, ended, correct, verdict, partial, measures, reward, advantage } = fields as unknown as StoredRollout;
  // the texts of unread numbers of tokens are freed with the event
  const rollout = { ids, text, ended, correct, verdict, partial, reward, advantage };
  return measures ? { ...rollout, measures } : rollout;
}

/** Parses a line whose checksum fits; the strict parser takes ten times as long, and explains a fault. */
function parsedLine(text: string, where: string): Fields {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return parseJsonLine(text, where) as Fields;
  }
}

/** GRPO step as a reader of its rollouts takes it. */
export interface ReadStep<R> extends Pick<GrpoStep, 'step'> {
  readonly groups: readonly (Pick<RolloutGroup, 'prompt' | 'answer' | 'task'> & { readonly rollouts: readonly R[] })[];
}

export type StoredStep = ReadStep<StoredRollout>;

/** Reads an event; null for one that is no GRPO step. @throws naming the field that is damaged */
function readStep<R>(text: string, where: string, rolloutOf: (fields: Fields, where: string) => R): ReadStep<R> | null {
  const event = parsedLine(text, where);
  if (event.type !== 'grpo') return null;
  check(event, ['step'], where);
  const groups = listOf(event.groups, `${where}: groups`).map((group, g) => {
    const at = `${where}: groups.${g}`;
    check(group, ['prompt', 'answer', 'task'], at);
    const rollouts = listOf(group.rollouts, `${at}.rollouts`).map((one, r) => rolloutOf(one, `${at}.rollouts.${r}`));
    return { prompt: group.prompt as string, answer: group.answer as string, task: group.task as string, rollouts };
  });
  if (groups.some(({ rollouts }) => rollouts.length !== groups[0]!.rollouts.length))
    throw new Error(`${where}: groups: their rollouts differ in number; the line is damaged`);
  return { step: event.step as number, groups };
}

/** Token of each id in a run, from its first event. @throws if that event is no start */
export async function storedVocabulary(journal: Pick<Journal, 'event'>): Promise<readonly string[]> {
  const { text, where } = await journal.event(0);
  const event = eventFromLine(text, where);
  if (event.type !== 'start') throw new Error(`${where}: has type ${quote(event.type)}, expected the start of the run`);
  return event.vocabulary;
}

/** Events that a journal of this lab begins with their type. */
const OTHER = /^\{"type":"(?!grpo")[a-z]+"/;

/**
 * GRPO steps of a journal in order, each rollout as `rolloutOf` reads its fields.
 * @param from number of the first event
 * @throws naming a damaged line and field
 */
export async function* stepsOf<R>(
  journal: Pick<Journal, 'read'>,
  rolloutOf: (fields: Fields, where: string) => R,
  from = 0,
): AsyncGenerator<ReadStep<R>, void> {
  for await (const { text, where } of journal.read(from)) {
    if (OTHER.test(text)) continue;
    const step = readStep(text, where, rolloutOf);
    if (step) yield step;
  }
}

/** GRPO steps of a journal in order. @param from number of the first event @throws naming a damaged line and field */
export const storedSteps = (journal: Pick<Journal, 'read'>, from = 0): AsyncGenerator<StoredStep, void> =>
  stepsOf(journal, storedRollout, from);
