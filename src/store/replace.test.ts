/** Questions before changes in New run are lost. */
import { beforeEach, expect, it, vi } from 'vitest';
import { recipeByName } from '../lab/recipe/presets';
import { chooseRecipe, editDraft } from './draft';
import { lab } from './lab';
import { answer } from './question';
import { openLinked, openRecipe, switchRecipe } from './replace';

const question = () => lab.getState().question;
const asked = () => vi.waitFor(() => expect(question()).not.toBeNull());
const draft = () => lab.getState().draft;
beforeEach(() => chooseRecipe('parity-12'));

it('another recipe replaces a draft without changes at once', async () => {
  await switchRecipe('parity-8-nano');
  expect([draft().name, question()]).toEqual(['parity-8-nano', null]);
  editDraft('sft.steps', 3);
  editDraft('sft.steps', 150);
  await switchRecipe('parity-12');
  expect([draft().name, question()]).toEqual(['parity-12', null]);
});

it.each([
  ['that is chosen', () => switchRecipe('parity-8-nano')],
  ['that is loaded', () => openRecipe('parity-8-nano', { 'grpo.steps': 5 })],
  ['of a link', () => openLinked(recipeByName('parity-8-nano'), 'recipe=parity-8-nano')],
] as const)('a recipe %s over changes raises a question: no keeps them all, yes drops them', async (_, replace) => {
  editDraft('sft.steps', 3);
  editDraft('grpo.groupSize', 1);
  const before = lab.getState();
  const refused = replace();
  await asked();
  expect(question()?.reasons).toEqual([
    'Your changes to “Parity of 12 bits” are dropped: “Parity of 8 bits, quick” replaces it in New run.',
  ]);
  answer(false);
  await refused;
  const { draft: kept, refused: edits, newRun } = lab.getState();
  expect([kept, edits, newRun]).toEqual([before.draft, before.refused, before.newRun]);
  const taken = replace();
  await asked();
  answer(true);
  await taken;
  expect([draft().name, lab.getState().refused]).toEqual(['parity-8-nano', {}]);
});

it('a refused edit is a change too', async () => {
  editDraft('grpo.groupSize', 1);
  const refused = switchRecipe('parity-8-nano');
  await asked();
  answer(false);
  await refused;
  expect([draft().name, Object.keys(lab.getState().refused)]).toEqual(['parity-12', ['grpo.groupSize']]);
});

it('loaded fields are no changes: the next recipe replaces them at once', async () => {
  expect(await openRecipe('parity-8-nano', { 'grpo.steps': 5 })).toBe(true);
  expect(await openRecipe('parity-8-nano', { 'grpo.steps': 6 })).toBe(true);
  expect([draft().grpo.steps, question()]).toEqual([6, null]);
});

it('an unknown recipe is refused before any question', async () => {
  editDraft('sft.steps', 3);
  await expect(openRecipe('nothing', {})).rejects.toThrow(/there is no recipe "nothing"/);
  expect([draft().sft.steps, question()]).toEqual([3, null]);
});

it('the address keeps the recipe of a link until the draft changes; the draft itself raises no question', async () => {
  editDraft('sft.steps', 3);
  expect(await openLinked(draft(), 'recipe=parity-12&set=abc')).toBe(true);
  expect([lab.getState().linked, question()]).toEqual(['recipe=parity-12&set=abc', null]);
  editDraft('sft.steps', 4);
  expect(lab.getState().linked).toBe('');
});
