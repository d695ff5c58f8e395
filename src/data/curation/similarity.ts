/**
 * Similarity of two prompts: the Jaccard similarity of their sets of character n-grams, |A ∩ B| ÷ |A ∪ B|. Computed exactly,
 * not estimated: two sets that alike share at least one of the first |A| − ⌈t·|A|⌉ + 1 n-grams in any common order (the prefix
 * filter of Bayardo, Ma and Srikant 2007), so that only prompts which do are compared.
 */

const N = 4;

/** The distinct n-grams of a text, sorted; of a shorter text the text itself. */
export function ngrams(text: string, n = N): readonly string[] {
  const grams = new Set<string>();
  for (let at = 0; at + n <= text.length; at++) grams.add(text.slice(at, at + n));
  if (grams.size === 0) grams.add(text);
  return [...grams].sort();
}

/** Jaccard similarity in [0, 1]. @param a @param b sorted, without repeats */
export function jaccard(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      shared++;
      i++;
      j++;
    } else if (a[i]! < b[j]!) i++;
    else j++;
  }
  return shared / (a.length + b.length - shared);
}

export interface Similar {
  readonly prompt: string;
  readonly similarity: number;
}

/** Prompts that are looked for by similarity. At a threshold of 1 only the very same prompt is found. */
export class PromptIndex {
  private readonly entries: { readonly prompt: string; readonly grams: readonly string[] }[] = [];
  private readonly exact = new Set<string>();
  /** Entries by the n-grams of their prefix. */
  private readonly byGram = new Map<string, number[]>();

  constructor(private readonly threshold: number) {}

  private prefix(grams: readonly string[]): readonly string[] {
    // the ceiling must not rise by rounding: 0.7 · 10 is 7
    return grams.slice(0, grams.length - Math.ceil(this.threshold * grams.length - 1e-9) + 1);
  }

  add(prompt: string): void {
    this.exact.add(prompt);
    if (this.threshold >= 1) return;
    const grams = ngrams(prompt);
    for (const gram of this.prefix(grams)) {
      const entries = this.byGram.get(gram);
      if (entries) entries.push(this.entries.length);
      else this.byGram.set(gram, [this.entries.length]);
    }
    this.entries.push({ prompt, grams });
  }

  /** The most similar prompt at or above the threshold, of equals the one added first; null where there is none. */
  find(prompt: string): Similar | null {
    if (this.exact.has(prompt)) return { prompt, similarity: 1 };
    if (this.threshold >= 1) return null;
    const grams = ngrams(prompt);
    const candidates = new Set(this.prefix(grams).flatMap((gram) => this.byGram.get(gram) ?? []));
    let best: Similar | null = null;
    for (const at of [...candidates].sort((a, b) => a - b)) {
      const entry = this.entries[at]!;
      const similarity = jaccard(grams, entry.grams);
      if (similarity >= this.threshold && similarity > (best?.similarity ?? 0))
        best = { prompt: entry.prompt, similarity };
    }
    return best;
  }
}
