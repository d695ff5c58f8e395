/** Words of a filter expression, and faults that name their place. */
import { quote } from '../../quote';
import { LONGEST_FILTER } from './query';

/** Fault of an expression: its place in the text, from 0, and what belongs there. */
export class FilterFault extends Error {
  constructor(
    readonly at: number,
    readonly length: number,
    message: string,
  ) {
    super(`position ${at + 1}: ${message}`);
  }
}

export interface FilterToken {
  readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end';
  /** As written; of a text, its content. */
  readonly text: string;
  readonly at: number;
  readonly length: number;
}

const PATTERN =
  /\s*(?:(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)|(?<text>"[^"]*"|'[^']*')|(?<name>[a-z_]\w*(?:\.[a-z_]\w*)?)|(?<sign><=|>=|!=|==|[<>=()+*/−-]))/iy;

/** @throws FilterFault at the first character that begins no word */
export function filterTokens(text: string): FilterToken[] {
  if (text.length > LONGEST_FILTER)
    throw new FilterFault(LONGEST_FILTER, 1, `the filter has ${text.length} characters; use at most ${LONGEST_FILTER}`);
  const tokens: FilterToken[] = [];
  const pattern = new RegExp(PATTERN);
  for (let from = 0; text.slice(from).trim() !== ''; from = pattern.lastIndex) {
    pattern.lastIndex = from;
    const groups = pattern.exec(text)?.groups;
    if (!groups) throw strayCharacter(text, from + text.slice(from).search(/\S/));
    const [kind, word] = Object.entries(groups).find(([, found]) => found !== undefined)!;
    const at = pattern.lastIndex - word.length;
    const content = kind === 'text' ? word.slice(1, -1) : word.replace('−', '-');
    tokens.push({ kind: kind as FilterToken['kind'], text: content, at, length: word.length });
  }
  return [...tokens, { kind: 'end', text: '', at: text.trimEnd().length, length: 1 }];
}

function strayCharacter(text: string, at: number): FilterFault {
  const character = text[at]!;
  if (character === '"' || character === "'")
    return new FilterFault(at, 1, `the text that begins here has no ${character} at its end`);
  const instead = { '&': '; write "and"', '|': '; write "or"', '!': '; write "not"' }[character] ?? '';
  return new FilterFault(at, 1, `${quote(character)} belongs to no filter${instead}`);
}
