/** Line above the button that trains: it names the recipe that the button trains. */
import { expect, it } from 'vitest';
import { recipeByName } from '../../lab/recipe/presets';
import { withFields } from '../../lab/recipe/recipe';
import { leadWords } from './leadWords';

it('names the recipe of New run where the recording has another one', () => {
  const shown = recipeByName('parity-12');
  expect(leadWords(shown, shown)).toMatch(/Press Train to run it in this tab\.$/);
  expect(leadWords(shown, undefined)).toMatch(/Press Train to run it in this tab\.$/);
  expect(leadWords(recipeByName('addition-2'), shown)).toMatch(
    /Press Train to train “Addition of two digits” in this tab\.$/,
  );
  const changed = withFields(shown, { 'sft.steps': 60, 'grpo.steps': 400 });
  expect(leadWords(changed, shown)).toMatch(/train “Parity of 12 bits” with 2 changes in this tab\.$/);
});
