/** Documents: every relative link, anchor and code path in backticks leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const markdown = (folder: string) =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
const documents = [...markdown('.'), ...markdown('docs')];
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');

/** Anchors of the headings, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
  [...withoutCode(text).matchAll(/^#+ +(.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

it.each(documents)('%s', (document) => {
  const text = withoutCode(read(document));
  const broken: string[] = [];
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target!)) continue;
    const [file = '', anchor] = target!.split('#');
    const linked = file === '' ? document : path.normalize(path.join(path.dirname(document), file));
    if (!existsSync(path.join(ROOT, linked))) broken.push(target!);
    else if (anchor !== undefined && !anchorsOf(read(linked)).includes(anchor)) broken.push(target!);
  }
  for (const [, code] of text.matchAll(/`((?:src|shaders|bench|e2e|tools|docs|public)\/[^`\s<>…*]*)`/g))
    if (!existsSync(path.join(ROOT, code!))) broken.push(code!);
  expect(broken).toEqual([]);
});
