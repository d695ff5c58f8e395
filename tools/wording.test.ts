/** The wording lint finds phrases in comments, strings and documents, and nothing in code. */
import { expect, it } from 'vitest';
import { findInDocument, findInSource } from './wording';

const word = ['st', 'ands'].join('');

it('reads comments, strings and templates of a source file, but no names', () => {
  const source = [
    `import { ${word} } from './${word}';`,
    `/** What it does. */`,
    `const ${word} = 'it ${word}'; // it ${word}`,
    `const text = \`a \${${word}} b ${word}\`;`,
    `const fine = { 'whatever': 1 };`,
  ].join('\n');
  expect(findInSource(source, 'a.ts').map(({ line, phrase }) => [line, phrase])).toEqual([
    [2, 'What'],
    [3, word],
    [3, word],
    [4, word],
  ]);
});

it('skips code in a document', () => {
  const text = `It ${word}.\n\n\`\`\`sh\n${word}\n\`\`\`\n\n\`${word}\` file(${'s'})`;
  expect(findInDocument(text).map(({ line, phrase }) => [line, phrase])).toEqual([
    [1, word],
    [7, `file(${'s'})`],
  ]);
});
