/** Link that opens the recipe, the view and the selection on screen elsewhere, and the words for it. */
import '../../jitless';
import { changesOf, linkOf } from '../../lab/recipe/link';
import { parseRecipe, type Recipe } from '../../lab/recipe/recipe';
import { recipeHash } from '../../lab/recipe/recipeHash';
import type { LabState } from '../../store/lab';
import { hasRewardChanges } from '../../store/rewardChoice';
import { baseRecipe, editedRecipe } from '../../store/rewardEdits';
import { firstScreen, screens } from '..';
import { changeWords } from '../train/marks';
import { MOST_CHARACTERS, writeAddress, writeLinked } from './address';

export { recipeOfLink } from '../../lab/recipe/link';

/** Names of fields in one sentence. */
const MOST_NAMED = 6;
/** Longest link that mail and chat programs keep whole. */
const SHORT_LINK = 2000;

/** Title, changes and seed of a recipe. */
export function recipeWords(recipe: Recipe): string {
  const { base, fields } = changesOf(recipe);
  const paths = Object.keys(fields);
  const named = paths.slice(0, MOST_NAMED).join(', ');
  const more = paths.length > MOST_NAMED ? ` and ${paths.length - MOST_NAMED} more` : '';
  const changes =
    paths.length === 0
      ? 'no changes'
      : `${paths.length} ${paths.length === 1 ? 'change' : 'changes'} (${named}${more})`;
  return `“${recipe.title}”, ${changes} from ${base.name}, seed ${recipe.seed}`;
}

const sharesReward = ({ screen, reward }: LabState): boolean => screen === 'rewards' && hasRewardChanges(reward);

/**
 * Recipe that a link shares: of the run that trains here or is stored, else of New run. A recording is no run of the user, but
 * edits of its reward start from its recipe.
 */
export function recipeOnScreen(state: LabState): Recipe {
  const { source, started, run, draft } = state;
  if (sharesReward(state)) return baseRecipe(state);
  return source === 'replay' ? draft : (started ?? run.start?.recipe ?? draft);
}

/** Edited rewards of a link, each with the hash of the recipe that trains it. */
async function rewardWords(state: LabState): Promise<string[]> {
  if (!sharesReward(state)) return [];
  const base = baseRecipe(state);
  const { A, B } = state.reward;
  const sets = [['A', A] as const, ...(B ? [['B', B] as const] : [])];
  return Promise.all(
    sets.map(async ([slot, changes]) => {
      const { recipe, fields } = editedRecipe(base, changes);
      const names = fields.length === 0 ? 'no change' : fields.join(', ');
      const hash = recipe ? await recipeHash(recipe) : null;
      const facts = recipe ? (hash === null ? '' : `; trains as recipe ${hash}`) : '; has a setting to fix';
      return `Reward ${slot}: ${names}${facts}`;
    }),
  );
}

/** Prompt and models of the Playground in a link, which has neither weights nor files. */
function playWords({ ask, prompt, models }: LabState['play']): string[] {
  const files = models?.some((name) => name.startsWith('folder:')) ? ['without the files of the model folder'] : [];
  return [...(ask === 'prompt' && prompt !== null ? ['your prompt'] : []), ...files];
}

function selectionWords({ screen, step, group, rollout, newRun, data, runsTab, experiment, play }: LabState): string {
  const { title } = screens.find(({ id }) => id === screen) ?? firstScreen;
  const parts = [
    title,
    ...(step === null ? [] : [`step ${step}`]),
    ...(group === null ? [] : [`group ${group + 1}`]),
    ...(group === null && rollout === 0 ? [] : [`rollout ${rollout + 1}`]),
    ...(screen === 'playground' ? playWords(play) : []),
    ...(newRun === 'task' ? [`${data.task} level ${data.level}, problem ${data.index + 1}`] : []),
    ...(screen === 'runs' && runsTab === 'report' && experiment !== null ? [`experiment ${experiment}`] : []),
  ];
  return parts.join(', ');
}

/** Changes of the run while it trained: the link has the recipe of its start. */
function appliedWords(state: LabState): string[] {
  const { source, run } = state;
  if (source === 'replay' || sharesReward(state) || run.changes.length === 0) return [];
  const changes = run.changes.map(changeWords).join('; ');
  return [`Not in the link: ${changes}. The recipe is that of the start; export the run in Runs to share its changes`];
}

export interface SharedLink {
  readonly link: string;
  /** Hash of the recipe; null where the browser has none. */
  readonly hash: string | null;
  /** Contents of the link, and facts about it. */
  readonly contents: readonly string[];
}

/**
 * Link to the recipe, the view and the selection on screen.
 * @param page address of the page without its hash
 * @throws if the link is too long for browsers
 */
export async function sharedLink(state: LabState, page: string): Promise<SharedLink> {
  const recipe = parseRecipe(recipeOnScreen(state));
  const params = await linkOf(recipe);
  const address = writeAddress({ ...state, linked: writeLinked(params) });
  if (address.length > MOST_CHARACTERS)
    throw new Error(`The link has ${address.length} characters, too many for browsers: export the run in Runs instead`);
  const link = page + address;
  const refused = state.source === 'replay' ? Object.keys(state.refused) : [];
  return {
    link,
    hash: params.hash,
    contents: [
      `Recipe: ${recipeWords(recipe)}`,
      `View: ${selectionWords(state)}`,
      ...(await rewardWords(state)),
      ...appliedWords(state),
      ...(refused.length > 0 ? [`Not in the link: ${refused.join(', ')}, which New run refuses`] : []),
      ...(link.length > SHORT_LINK ? [`${link.length} characters: some mail and chat programs cut longer links`] : []),
    ],
  };
}
