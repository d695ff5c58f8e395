/** Actions of a person on the lab's page: set a field, wait for a stage, stop a run. */
import type { Locator, Page } from 'playwright-core';

/**
 * Longest time of a stop in a browser test, milliseconds. It takes half a second where the processor is free, as client.test.ts
 * holds; here a training and the browser share two cores.
 */
export const STOP_MS = 1500;

export const stages = (page: Page): Promise<string> => page.getByTestId('stages').innerText();

/** @param pattern of the line that shows the stages: `SFT 12/150 GRPO 0/40` */
export const waitForStage = (page: Page, pattern: RegExp, timeout = 300_000) =>
  page.waitForFunction(
    (source) => new RegExp(source).test(document.querySelector('[data-testid=stages]')?.textContent ?? ''),
    pattern.source,
    { timeout },
  );

/** Field of Setup by its path in the recipe; its section opens. */
export async function fieldAt(page: Page, path: string): Promise<Locator> {
  const field = page.locator(`[id="${path}"]`);
  await field.evaluate((element) => {
    const section = element.closest('details');
    if (section) section.open = true;
  });
  return field;
}

/** @param path of the field in the recipe */
export async function setField(page: Page, path: string, value: string): Promise<void> {
  const field = await fieldAt(page, path);
  await field.fill(value);
  await field.blur();
}

/** @param fields values by the path of their field in the recipe */
export async function setFields(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, value] of Object.entries(fields)) await setField(page, path, value);
}

/** Presses *Stop* in a page whose transport shows a run. Returns the milliseconds until the page shows that it has stopped. */
export const timeToStop = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const began = performance.now();
    const took = () => performance.now() - began;
    document.querySelector<HTMLElement>('[aria-label=Stop]')?.click();
    const stopped = () => document.querySelector('[data-testid=stages]')?.textContent?.includes('stopped');
    while (!stopped() && took() < 10_000) await new Promise(requestAnimationFrame);
    return took();
  });
