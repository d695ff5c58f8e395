/**
 * Reasons as codes with values, and the tables of words that turn them into sentences. Events carry the codes; a screen or a
 * terminal fills in the words, so another language is another table. Any room may import this file.
 */

export interface Reason {
  readonly code: string;
  readonly values: Readonly<Record<string, number | string>>;
}

/** Sentence of each code: `{steps}` is replaced by the value `steps`, `{share%}` by a share in percent. */
export type Words = Readonly<Record<string, string>>;

type WithoutPercent<N extends string> = N extends `${infer Name}%` ? Name : N;
/** Names of the values that a sentence needs. */
type NamesIn<S extends string> = S extends `${string}{${infer N}}${infer Rest}`
  ? WithoutPercent<N> | NamesIn<Rest>
  : never;

/**
 * Every reason that a table has words for, each with the values that its sentence needs.
 * `Given` names values that the reader of an event knows anyway: they fill the sentence and are no part of the reason.
 */
export type ReasonOf<W extends Words, Given extends string = never> = {
  [C in keyof W & string]: {
    readonly code: C;
    readonly values: { readonly [N in Exclude<NamesIn<W[C]>, Given>]: number | string };
  };
}[keyof W & string];

const PLACE = /\{([^}%]+)(%?)\}/g;
const DIGITS = 3;

const shown = (value: number | string | undefined, percent: boolean): string =>
  percent ? `${Number((100 * Number(value)).toPrecision(DIGITS))} %` : String(value);

/** Sentence of a reason. A code without words is its own sentence. */
export const sentence = (words: Words, { code, values }: Reason): string =>
  (Object.hasOwn(words, code) ? words[code]! : code).replace(PLACE, (_, name: string, percent: string) =>
    shown(values[name], percent !== ''),
  );

/**
 * Names the fault of a reason for which a table has no words; null where it has them.
 * @param given names of values that are no part of the reason
 */
export function reasonFault(words: Words, { code, values }: Reason, given: readonly string[] = []): string | null {
  if (!Object.hasOwn(words, code)) return `code: ${code} is none of ${Object.keys(words).join(', ')}`;
  const places = [...words[code]!.matchAll(PLACE)].map(([, name, percent]) => [name!, percent !== ''] as const);
  const needed = new Map(places.filter(([name]) => !given.includes(name)));
  for (const [name, percent] of needed) {
    if (!Object.hasOwn(values, name)) return `values: ${name} is missing for ${code}`;
    if (percent && typeof values[name] !== 'number') return `values.${name}: is no number`;
  }
  const other = Object.keys(values).find((name) => !needed.has(name));
  return other === undefined ? null : `values: ${other} is no value of ${code}`;
}
