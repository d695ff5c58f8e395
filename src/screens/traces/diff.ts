/** Difference of two token sequences: their longest common subsequence. */

export interface DiffRun {
  /** `same` in both; `first` or `second` in that one alone. */
  readonly kind: 'same' | 'first' | 'second';
  readonly tokens: readonly string[];
}

/** @param a tokens of the first text @param b tokens of the second */
export function tokenDiff(a: readonly string[], b: readonly string[]): DiffRun[] {
  const width = b.length + 1;
  /** Length of the longest common subsequence of the rests from (i, j). */
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const runs: { kind: DiffRun['kind']; tokens: string[] }[] = [];
  const add = (kind: DiffRun['kind'], token: string) => {
    const last = runs.at(-1);
    if (last?.kind === kind) last.tokens.push(token);
    else runs.push({ kind, tokens: [token] });
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add('same', a[i++]!);
      j++;
    } else if (j === b.length || (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!))
      add('first', a[i++]!);
    else add('second', b[j++]!);
  }
  return runs;
}
