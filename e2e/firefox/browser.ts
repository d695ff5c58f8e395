/**
 * The machine's own Firefox, headless, over WebDriver BiDi. `GROUPTHINK_FIREFOX` names the program where PATH does not lead to
 * it. Where Firefox finds no Vulkan driver on Linux it is given the bundled SwiftShader.
 */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { unpackBundled } from '../../src/gpu/bundled';

const NAMES = ['firefox', 'firefox-esr', 'firefox.exe'];
const FOLDERS = [
  ...(process.env.PATH ?? '').split(path.delimiter),
  '/Applications/Firefox.app/Contents/MacOS',
  'C:\\Program Files\\Mozilla Firefox',
];

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findFirefox(): string {
  const asked = process.env.GROUPTHINK_FIREFOX;
  const files = asked ? [asked] : FOLDERS.flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  const found = files.find(isProgram);
  if (found) return found;
  throw new Error(
    asked
      ? `GROUPTHINK_FIREFOX is ${asked}: no program there`
      : 'no Firefox on PATH: install it, or name its program in GROUPTHINK_FIREFOX',
  );
}

const launch = (env: NodeJS.ProcessEnv): Promise<Browser> =>
  puppeteer.launch({
    browser: 'firefox',
    executablePath: findFirefox(),
    headless: true,
    extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    protocolTimeout: 1_800_000,
  });

async function bundledDriver(): Promise<NodeJS.ProcessEnv> {
  const folder = await unpackBundled('swiftshader');
  const driver = path.join(folder, 'vk_swiftshader_icd.json');
  return {
    ...process.env,
    LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    VK_ICD_FILENAMES: driver,
    VK_DRIVER_FILES: driver,
  };
}

/** True where WebGPU finds an adapter, on a page that is a secure context. */
async function hasAdapter(browser: Browser, url: string): Promise<boolean> {
  const page = await browser.newPage();
  await page.goto(url);
  const found = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
  await page.close();
  return found;
}

/** @param url of any page that is served on localhost */
export async function openFirefox(url: string): Promise<Browser> {
  if (process.env.GROUPTHINK_DRIVER !== 'bundled') {
    const browser = await launch(process.env);
    if (process.platform !== 'linux' || (await hasAdapter(browser, url))) return browser;
    await browser.close();
  }
  return launch(await bundledDriver());
}

/** Messages of the page and its errors, for `expect(…).toEqual([])`. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`uncaught: ${String(error)}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  return complaints;
}
