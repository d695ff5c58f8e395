/** CSS modules: components use every class of theirs, and no class that the module lacks. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = import.meta.dirname;
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' });
const textOf = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const modules = files.filter((file) => file.endsWith('.module.css'));
const components = files.filter((file) => file.endsWith('.tsx')).map((file) => ({ file, text: textOf(file) }));

/** Classes of a module, without comments and values. */
const classesOf = (css: string) =>
  new Set(
    [...css.replace(/\/\*.*?\*\//gs, '').matchAll(/([^{}]+)\{/g)].flatMap(([, selector = '']) =>
      Array.from(selector.matchAll(/\.([A-Za-z]\w*)/g), ([, name]) => name as string),
    ),
  );

/** Accesses to a module in the components that import it: names, and `styles[…]` whose name is a value. */
function usesOf(module: string) {
  const names = new Set<string>();
  let byValue = false;
  for (const { file, text } of components)
    for (const [, local, from] of text.matchAll(/^import (\w+) from '(.+\.module\.css)';$/gm)) {
      if (path.join(path.dirname(file), from as string) !== module) continue;
      for (const [, name] of text.matchAll(new RegExp(`\\b${local}\\.(?!module)(\\w+)`, 'g')))
        names.add(name as string);
      byValue ||= text.includes(`${local}[`);
    }
  return { names, byValue };
}

describe.each(modules)('%s', (module) => {
  const known = classesOf(textOf(module));
  const { names, byValue } = usesOf(module);

  it('has every class that a component names', () => {
    expect([...names].filter((name) => !known.has(name))).toEqual([]);
  });

  it('draws a tag as it is written: the shorthand `font` turns the ligatures of JetBrains Mono on again', () => {
    expect(textOf(module)).not.toMatch(/\bfont: [^;]*var\(--mono\);(?!\s*font-variant-ligatures: no-contextual;)/);
  });

  it('has no class that nothing uses', () => {
    expect([...known].filter((name) => !names.has(name) && !byValue)).toEqual([]);
  });
});
