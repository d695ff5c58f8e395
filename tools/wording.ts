/**
 * Wording lint: finds phrases that our readers stumble over, in comments, strings and documents. Usage: wording.ts PATH …
 * Prints file:line, the phrase and the plain words for it. Exits with 1 if it finds any.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

interface Rule {
  readonly pattern: RegExp;
  readonly use: string;
}

const PHRASES: readonly Rule[] = [
  { pattern: /\b(tells?|told)\s+\S*\s*apart\b/gi, use: 'distinguish' },
  { pattern: /\b(tells?|told|telling)\b/gi, use: 'show, print, say or report' },
  { pattern: /\bstands?\b(?!-)/gi, use: 'is, has or lies' },
  { pattern: /\banew\b/gi, use: 'again' },
  { pattern: /\bmends\b/gi, use: 'fixes or corrects' },
  { pattern: /\bto be had\b/gi, use: 'available' },
  { pattern: /\bat hand\b/gi, use: 'available' },
  { pattern: /\bthereof\b/gi, use: 'of it' },
  { pattern: /\b[a-z]+\(s\)/gi, use: 'the plural' },
];
const OPENINGS: Rule = { pattern: /^(Of|What|Whether|How|That)\b/, use: 'a noun or a verb that names the thing' };

export interface Finding {
  readonly line: number;
  readonly phrase: string;
  readonly use: string;
}

const lineAt = (text: string, position: number) => text.slice(0, position).split('\n').length;

function findPhrases(text: string, firstLine: number): Finding[] {
  return PHRASES.flatMap(({ pattern, use }) =>
    [...text.matchAll(pattern)].map(({ 0: phrase, index }) => ({
      line: firstLine + lineAt(text, index) - 1,
      phrase,
      use,
    })),
  );
}

/** The beginning of a doc comment. */
function findOpening(comment: string, line: number): Finding[] {
  const phrase = OPENINGS.pattern.exec(comment.replace(/^\/\*\*[\s*]*/, ''))?.[0];
  return comment.startsWith('/**') && phrase ? [{ line, phrase, use: OPENINGS.use }] : [];
}

/** Comments, strings, template texts and JSX texts of a source file. */
export function findInSource(text: string, file: string): Finding[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const findings: Finding[] = [];
  const seen = new Set<number>();
  const comments = (ranges: readonly ts.CommentRange[] | undefined) => {
    for (const { pos, end } of ranges ?? []) {
      if (seen.has(pos)) continue;
      seen.add(pos);
      const comment = text.slice(pos, end);
      findings.push(...findOpening(comment, lineAt(text, pos)), ...findPhrases(comment, lineAt(text, pos)));
    }
  };
  const visit = (node: ts.Node): void => {
    comments(ts.getLeadingCommentRanges(text, node.getFullStart()));
    comments(ts.getTrailingCommentRanges(text, node.getEnd()));
    const isText = ts.isStringLiteral(node) || ts.isJsxText(node) || ts.isTemplateLiteralToken(node);
    if (isText && !isModule(node)) findings.push(...findPhrases(node.getText(), lineAt(text, node.getStart())));
    for (const child of node.getChildren()) visit(child);
  };
  visit(source);
  return findings.sort((a, b) => a.line - b.line);
}

const isModule = (node: ts.Node): boolean => ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent);

/** Text of a document, without code. */
export function findInDocument(text: string): Finding[] {
  const blank = (code: string) => code.replace(/[^\n]/g, ' ');
  return findPhrases(text.replace(/^```[\s\S]*?^```/gm, blank).replace(/`[^`\n]*`/g, blank), 1).sort(
    (a, b) => a.line - b.line,
  );
}

const IGNORED = ['goldens', 'node_modules', '__snapshots__', 'public', 'dist'];

function filesIn(place: string): string[] {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place)
    .filter((name) => !IGNORED.includes(name))
    .flatMap((name) => filesIn(path.join(place, name)));
}

function main(places: readonly string[]): void {
  let count = 0;
  for (const file of places.flatMap(filesIn)) {
    const find = /\.(ts|tsx|mjs)$/.test(file) ? findInSource : /\.md$/.test(file) ? findInDocument : null;
    for (const { line, phrase, use } of find?.(readFileSync(file, 'utf8'), file) ?? []) {
      console.log(`${file}:${line}: "${phrase}"; use ${use}`);
      count++;
    }
  }
  if (count > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
