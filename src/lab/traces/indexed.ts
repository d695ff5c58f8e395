/** Rollout as the index of traces reads it from a journal. */
import { quote } from '../../quote';
import type { WeightedPart } from '../../rewards/total';
import { numbersAt } from '../../runs/numbers';
import { parseCompletion } from '../../text/completion';
import { SPECIAL } from '../../text/vocabulary';
import { check, type Fields, type ReadStep, storedRollout } from '../play/storedSteps';

export interface IndexedRollout {
  readonly text: string;
  readonly ended: boolean;
  readonly correct: boolean;
  /** True if the think tags are in order. */
  readonly format: boolean;
  readonly partial: number;
  readonly reward: number;
  readonly parts: readonly Pick<WeightedPart, 'name' | 'weight' | 'value'>[];
  readonly advantage: number;
  readonly tokens: number;
  /** Tokens of the think block; all that follow `<think>` if it never closes. */
  readonly think: number;
  /** Mean of −log-probability over the tokens, nats. */
  readonly surprise: number;
}

export type IndexedStep = ReadStep<IndexedRollout>;

function thinkTokens(ids: ArrayLike<number>, vocabulary: readonly string[]): number {
  let thinking = false;
  let count = 0;
  for (let t = 0; t < ids.length; t++) {
    const token = vocabulary[ids[t]!];
    if (token === SPECIAL.thinkEnd || token === SPECIAL.end) thinking = false;
    if (thinking) count++;
    if (token === SPECIAL.think) thinking = true;
  }
  return count;
}

/** Parts of a rollout's reward. @throws naming the place of damage */
export function partsOf({ parts: fields }: Fields, where: string): IndexedRollout['parts'] {
  const isPart = (part: Partial<WeightedPart> | null) =>
    typeof part?.name === 'string' && typeof part.weight === 'number' && typeof part.value === 'number';
  if (!Array.isArray(fields) || !fields.every(isPart))
    throw new Error(`${where}: parts is ${quote(fields)}, expected a list of reward parts; the line is damaged`);
  return fields as IndexedRollout['parts'];
}

function surpriseOf(fields: Fields, where: string, tokens: number): number {
  const logprobs = numbersAt(fields.logprobs, where, 'logprobs') as ArrayLike<number>;
  if (logprobs?.length !== tokens)
    throw new Error(
      `${where}: logprobs has ${logprobs?.length ?? 0} numbers for ${tokens} tokens; the line is damaged`,
    );
  let sum = 0;
  for (let t = 0; t < tokens; t++) sum -= logprobs[t]!;
  return sum / tokens;
}

/** @param vocabulary token of each id @returns the reader of one rollout, which throws naming the damaged field */
export const indexedRollout =
  (vocabulary: readonly string[]) =>
  (fields: Fields, where: string): IndexedRollout => {
    check(fields, ['reward'], where);
    const { ids, text, ended, correct, partial, reward, advantage } = storedRollout(fields, where);
    return {
      ...{ text, ended, correct, partial, reward, advantage },
      format: parseCompletion(text).think === 'ok',
      parts: partsOf(fields, where),
      tokens: ids.length,
      think: thinkTokens(ids, vocabulary),
      surprise: surpriseOf(fields, where, ids.length),
    };
  };
