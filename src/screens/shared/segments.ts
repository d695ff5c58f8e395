/** Segments of a completion: thinking, answer and tags, from its token ids. */
import { SPECIAL } from '../../text/vocabulary';

export interface Segment {
  readonly kind: 'think' | 'answer' | 'tag';
  readonly text: string;
  /** Position of its first token. */
  readonly first: number;
  readonly tokens: number;
}

const TAGS: readonly string[] = Object.values(SPECIAL);

/**
 * Runs of tokens of one kind. Everything between `<think>` and `</think>`, closed or not, is thinking.
 * @returns `open`: true if the think block never closes
 */
export function segmentsOf(
  ids: ArrayLike<number>,
  vocabulary: readonly string[],
): { readonly segments: Segment[]; readonly open: boolean } {
  const segments: { kind: Segment['kind']; text: string; first: number; tokens: number }[] = [];
  let thinking = false;
  for (let first = 0; first < ids.length; first++) {
    const token = vocabulary[ids[first]!] ?? '?';
    const tag = TAGS.includes(token);
    if (token === SPECIAL.thinkEnd) thinking = false;
    const kind = tag ? 'tag' : thinking ? 'think' : 'answer';
    const last = segments.at(-1);
    if (last && last.kind === kind && !tag) {
      last.text += token;
      last.tokens++;
    } else segments.push({ kind, text: token, first, tokens: 1 });
    if (token === SPECIAL.think) thinking = true;
  }
  return { segments, open: thinking };
}
