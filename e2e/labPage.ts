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

/** Drawer *New run*. */
export const drawerOf = (page: Page): Locator => page.getByTestId('new-run');

/** Opens the drawer *New run*, unless it is open. */
export async function openNewRun(page: Page): Promise<Locator> {
  const drawer = drawerOf(page);
  if (!(await drawer.isVisible())) await page.getByRole('button', { name: 'New run', exact: true }).click();
  await drawer.waitFor();
  return drawer;
}

export async function closeNewRun(page: Page): Promise<void> {
  await drawerOf(page).getByRole('button', { name: 'Close' }).click();
  await drawerOf(page).waitFor({ state: 'detached' });
}

/** List of recipes in the drawer. */
export const recipeList = (page: Page): Locator => drawerOf(page).getByRole('combobox', { name: 'Recipe' });

/** Chooses a recipe in the drawer, which stays open. */
export async function chooseRecipe(page: Page, name: string): Promise<void> {
  await openNewRun(page);
  await recipeList(page).selectOption(name);
}

/** Time, memory and changes of the draft: `≈ 1:50 · 45 MiB · 2 changes`. */
export const estimate = async (page: Page): Promise<string> =>
  (await (await openNewRun(page)).getByTestId('estimate').textContent()) ?? '';

/** Text below the button that trains. */
export const startText = async (page: Page): Promise<string> =>
  (await openNewRun(page)).getByTestId('start').locator('p').innerText();

/** Trains the draft: opens the drawer and presses its button. */
export async function train(page: Page): Promise<void> {
  const drawer = await openNewRun(page);
  await drawer.getByRole('button', { name: /^Train (in this tab|on the CPU)/ }).click();
}

/** Field of *New run* by its path in the recipe; the drawer and the sections around it open. */
export async function fieldAt(page: Page, path: string): Promise<Locator> {
  await openNewRun(page);
  const field = page.locator(`[id="${path}"]`);
  await field.evaluate((element) => {
    for (let section = element.closest('details'); section; section = section.parentElement!.closest('details'))
      section.open = true;
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
