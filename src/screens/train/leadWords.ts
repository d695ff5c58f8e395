/** Line above the button that trains while a recording plays. */
import type { Recipe } from '../../lab/recipe/recipe';
import { draftChanges } from '../../store/draft';

/** @param shown recipe of the recording; undefined before it is read */
export function leadWords(draft: Recipe, shown: Pick<Recipe, 'name'> | undefined): string {
  const changes = draftChanges(draft).length;
  if (changes === 0 && (shown === undefined || shown.name === draft.name))
    return 'You’re watching a recorded run. Press Train to run it in this tab.';
  const edits = changes === 0 ? '' : ` with ${changes} ${changes === 1 ? 'change' : 'changes'}`;
  return `You’re watching a recorded run. Press Train to train “${draft.title}”${edits} in this tab.`;
}
