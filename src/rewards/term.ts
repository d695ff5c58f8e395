/** The record of a reward term: its constants, its highest value, its reasons. total.ts adds terms up. */
import type { z } from 'zod';
import { number } from '../fields';
import { type Reason, type ReasonOf, reasonFault, sentence, type Words } from '../reason';
import type { ThinkFault, ThinkState } from '../text/completion';
import type { TermCurve } from './curve';

/** Everything that a term may read of a completion. */
export interface RewardInput {
  readonly prompt: string;
  /** The answer that the task expects; others may be right too. */
  readonly expected: string;
  /** The whole completion, special tokens written out. */
  readonly text: string;
  /** Text between the think tags; null where they are not in order. */
  readonly thought: string | null;
  /** Text after the think block; null where it never closes. */
  readonly answer: string | null;
  /** Length of the completion in tokens, its end token included. */
  readonly length: number;
  /** L_max, the completion budget in tokens. */
  readonly lMax: number;
  readonly correct: boolean;
  /** Share of the answer that is right, in [0, 1]. */
  readonly partial: number;
  /** Other measures that the task takes of the answer, by name. */
  readonly measures: Readonly<Record<string, number>>;
  readonly ended: boolean;
  readonly think: ThinkState;
  /** Fault of the think tags, where the completion's text shows it. */
  readonly thinkFault: ThinkFault | null;
  /** Words of the text, or its tokens where the vocabulary is characters: what repetition counts. */
  readonly words: readonly string[];
}

export interface RewardPart<R extends Reason = Reason> {
  readonly value: number;
  readonly reason: R;
  /** True where the term could not give a value: its value is then 0. */
  readonly failed?: true;
}

/** Sentence parts that the reader of an event fills in: `{verdict}` is the sentence of the task's verdict. */
type Given = 'verdict';
export type Constants<C extends z.ZodRawShape> = z.infer<z.ZodObject<C>>;

/** A term with its constants applied. */
export interface ReadyTerm {
  evaluate(input: RewardInput): RewardPart;
  /** The same term for the calls of one training step; left out where a step makes no difference. */
  forOneStep?(): ReadyTerm;
}

interface TermRecord<W extends Words, C extends z.ZodRawShape> {
  /** Name of the term in events, and of its weight in the recipe. */
  readonly name: string;
  readonly title: string;
  readonly formula: string;
  /** CSS colour of the term's bars, the same on every screen. */
  readonly color: string;
  /** The recipe's field for the weight. */
  readonly weight: z.ZodDefault<z.ZodNumber>;
  /** The recipe's fields for the constants, by name; each has its range and default. */
  readonly constants: C;
  /** Constants in tokens that follow the completion budget, as a share of L max that small recipes use. */
  readonly lengths?: Readonly<Partial<Record<keyof C & string, number>>>;
  /** Sentence of each reason, by code. */
  readonly words: W;
  /** Highest value that the constants allow; null where nothing bounds it. */
  most(constants: Constants<C>): number | null;
  /** Curve of the term's value; left out where no single measure gives it. */
  curve?(constants: Constants<C>, lMax: number): TermCurve;
  /** Reports constants that do not fit together. */
  check?(constants: Constants<C>, weight: number, lMax: number, issue: (field: string, message: string) => void): void;
}

/** A term whose value follows from the completion and the constants at once. */
export interface PlainTerm<W extends Words = Words, C extends z.ZodRawShape = z.ZodRawShape> extends TermRecord<W, C> {
  evaluate(input: RewardInput, constants: Constants<C>): RewardPart<ReasonOf<W, Given>>;
  readonly open?: never;
}

/** A term that is opened before the run, and whose calls may fail. */
export interface OpenedTerm<W extends Words = Words, C extends z.ZodRawShape = z.ZodRawShape> extends TermRecord<W, C> {
  /** @param where name of a constant in error messages. @throws where a constant cannot be used */
  open(constants: Constants<C>, where: (field: string) => string): Promise<ReadyTerm>;
  readonly evaluate?: never;
}

export type RewardTerm = PlainTerm | OpenedTerm;

/** Infers the types of a plain term's words and constants. */
export const rewardTerm = <const W extends Words, C extends z.ZodRawShape>(term: PlainTerm<W, C>): PlainTerm<W, C> =>
  term;

/** Recipe's field for the weight of a term that the report does not have. */
export const extraWeight = (of: string, description: string) =>
  number(`Weight of ${of}`, `${description} 0: not used.`, 0, -10, 10);

/** Constants of a term among the fields of a recipe's reward section. */
export function constantsOf(term: RewardTerm, fields: Readonly<Record<string, unknown>>): Constants<z.ZodRawShape> {
  return Object.fromEntries(Object.keys(term.constants).map((name) => [name, fields[name]]));
}

/** The reason of a part as a sentence. @param verdict sentence of the task's verdict */
export const partText = ({ words }: RewardTerm, { reason }: Pick<RewardPart, 'reason'>, verdict: string): string =>
  sentence(words, { ...reason, values: { ...reason.values, verdict } });

/** Names the fault of a reason that is not the term's; null where it fits. */
export const partFault = ({ words }: RewardTerm, { reason }: Pick<RewardPart, 'reason'>): string | null =>
  reasonFault(words, reason, ['verdict']);
