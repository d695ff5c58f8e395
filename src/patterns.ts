/** Regular expressions of users. The engine is in re2.ts, which the page loads after its first picture. */

/** Compiled expression that must match a whole text. */
interface Pattern {
  matches(text: string): boolean;
}

/** Maximum number of compiled expressions; the problems of a recipe need no more. */
const MOST_COMPILED = 2000;

let compile: ((pattern: string) => Pattern) | null = null;
const compiled = new Map<string, Pattern>();

/** Sets the engine that compiles expressions. */
export function compilePatternsWith(engine: (pattern: string) => Pattern): void {
  compile = engine;
}

/** @throws if the text is not an expression of RE2, or the engine has not loaded */
export function patternOf(text: string): Pattern {
  const known = compiled.get(text);
  if (known) return known;
  if (!compile) throw new Error('regular expressions have not loaded yet; try again, or reload the page');
  let pattern: Pattern;
  try {
    pattern = compile(text);
  } catch (error) {
    throw new Error(`no regular expression of RE2: ${(error as Error).message}`);
  }
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(text, pattern);
  return pattern;
}
