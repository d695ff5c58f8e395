/** Name of a run from the name of its file: letters, digits, `-`, `_` and `.`, free among those that are taken. */
export function freeName(fileName: string, taken: readonly string[]): string {
  const plain = fileName.replace(/\.(zip|jsonl?)$/i, '').replace(/[^\w.-]+/g, '-');
  const base = plain.replace(/^[-.]+/, '').slice(0, 80) || 'imported';
  const names = new Set(taken.map((name) => name.toLowerCase()));
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base}-${i}`;
    if (!names.has(name.toLowerCase())) return name;
  }
}
