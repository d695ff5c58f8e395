/** The lab's page as a person uses it: fields are set, stages are waited for, a run is stopped. */
import type { Page } from 'playwright-core';

/**
 * Longest time of a stop in a browser test, milliseconds. It takes half a second where the processor is free, as client.test.ts
 * holds; here a training and the browser share two cores.
 */
export const STOP_MS = 1500;

export const stages = (page: Page): Promise<string> => page.getByTestId('stages').innerText();

/** @param pattern of the line that shows the stages: `SFT 12/150 GRPO 0/40` */
export const waitForStage = (page: Page, pattern: RegExp) =>
  page.waitForFunction(
    (source) => new RegExp(source).test(document.querySelector('[data-testid=stages]')?.textContent ?? ''),
    pattern.source,
    { timeout: 300_000 },
  );

/** @param section the title of the section in Setup; it is opened where it is closed */
export async function setField(page: Page, section: string, label: string, value: string): Promise<void> {
  const details = page.locator('.setup details', {
    has: page.locator('summary', { hasText: new RegExp(`^${section}$`) }),
  });
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
  const field = details.getByLabel(label, { exact: true });
  await field.fill(value);
  await field.blur();
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
