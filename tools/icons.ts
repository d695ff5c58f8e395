/** Draws the PNG icons of the web app from public/icon.svg. Usage: npm run icons */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openBrowser } from '../e2e/browser';

const PUBLIC = path.resolve(import.meta.dirname, '../public');
const source = readFileSync(path.join(PUBLIC, 'icon.svg'), 'utf8');
const background = /<rect width="32" height="32" rx="7" fill="(#\w+)"/.exec(source)?.[1];

/** @param share of the width that the drawing takes; a mask may cut what is outside 0.8 */
const ICONS = [
  { file: 'icon-192.png', size: 192, share: 1 },
  { file: 'icon-512.png', size: 512, share: 1 },
  { file: 'icon-maskable.png', size: 512, share: 0.75 },
];

const browser = await openBrowser(false);
const page = await browser.newPage();
for (const { file, size, share } of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  const inner = Math.round(size * share);
  await page.setContent(
    `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${share < 1 ? background : 'none'}">` +
      `<div style="width:${inner}px;height:${inner}px">${source}</div>`,
  );
  await page.screenshot({ path: path.join(PUBLIC, file), omitBackground: true });
}
await browser.close();
