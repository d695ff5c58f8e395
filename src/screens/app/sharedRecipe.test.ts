/** Shared links: the recipe that they carry, and the words for it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { recipeOfLink } from '../../lab/recipe/link';
import { recipeByName } from '../../lab/recipe/presets';
import { withFields } from '../../lab/recipe/recipe';
import { recipeHash } from '../../lab/recipe/recipeHash';
import { smallStart } from '../../lab/run/smallRun.fixture';
import { chooseRecipe, editDraft } from '../../store/draft';
import { type LabState, lab } from '../../store/lab';
import { INITIAL_REWARD } from '../../store/rewardChoice';
import { baseRecipe, editedRecipe } from '../../store/rewardEdits';
import { emptyRun } from '../../store/run';
import { readAddress } from './address';
import { sharedLink } from './sharedRecipe';

const PAGE = 'https://lab.example/';
const shared = (state: Partial<LabState> = {}) => sharedLink({ ...lab.getState(), ...state }, PAGE);
const opened = async (link: string) => {
  const { linked, changes, faults } = readAddress(new URL(link).hash, lab.getState());
  return { ...(await recipeOfLink(linked!)), changes, more: faults };
};
beforeEach(() => chooseRecipe('parity-12'));

describe('a shared link', () => {
  it('opens the draft, the view and the selection', async () => {
    editDraft('grpo.steps', 60);
    const { link, hash, contents } = await shared({ screen: 'traces', step: 12, group: 3, rollout: 5 });
    expect(await opened(link)).toMatchObject({
      recipe: lab.getState().draft,
      changes: { screen: 'traces', step: 12, group: 3, rollout: 5 },
      faults: [],
      more: [],
    });
    expect(new URL(link).hash).toContain(`hash=${hash}`);
    expect(contents).toEqual([
      'Recipe: “Parity of 12 bits”, 1 change (grpo.steps) from parity-12, seed 0',
      'View: Traces, step 12, group 4, rollout 6',
    ]);
  });

  it('has the recipe of a run that trains here, and names edits that New run refuses', async () => {
    const started = withFields(recipeByName('addition-2'), { seed: 5 });
    editDraft('grpo.groupSize', 1);
    expect((await opened((await shared({ source: 'live', started })).link)).recipe).toEqual(started);
    expect((await shared()).contents).toContain('Not in the link: grpo.groupSize, which New run refuses');
  });

  it('names the changes applied while the run trained, which it has not', async () => {
    const change = {
      type: 'apply',
      stage: 'grpo',
      step: 30,
      fields: { 'reward.brevity': { from: 0, to: 0.2 } },
    } as const;
    const run = { ...emptyRun(), start: smallStart, changes: [change] };
    expect((await shared({ source: 'live', run })).contents.at(-1)).toMatch(
      /^Not in the link: changed after step 30: reward.brevity 0 → 0.2\. The recipe is that of the start/,
    );
    expect((await shared({ source: 'replay', run })).contents.join()).not.toContain('Not in the link');
  });

  it('has the edited rewards over the recipe of the run on screen, and the hash of what each would train', async () => {
    const base = withFields(recipeByName('addition-2'), { seed: 5 });
    const [A, B] = [{ 'reward.length': 0.2, 'grpo.scaleRewards': 'none' }, { 'reward.lPos': 'abc' }];
    const run = { ...emptyRun(), start: { ...smallStart, recipe: base } };
    const reward = { ...INITIAL_REWARD, A, B };
    const { link, contents } = await shared({ screen: 'rewards', source: 'stored', run, reward });
    const { recipe, changes, faults, more } = await opened(link);
    expect([recipe, changes.reward, faults, more]).toEqual([base, reward, [], []]);
    expect(contents.slice(2)).toEqual([
      `Reward A: grpo.scaleRewards, reward.length; trains as recipe ${await recipeHash(withFields(base, A))}`,
      'Reward B: reward.lPos; has a setting to fix',
    ]);
    // a recording on screen gives way to the recipe of the link
    const there = { ...lab.getState(), source: 'replay' as const, reward: { ...reward, base: recipe } };
    expect(editedRecipe(baseRecipe(there), A).recipe).toEqual(withFields(base, A));
  });

  it('warns of many characters', async () => {
    const random = (n: number) => Array.from({ length: n }, () => Math.random().toString(36).slice(2)).join('');
    const draft = withFields(recipeByName('parity-12'), {
      'reward.customSource': `function reward() { return 0; } // ${random(300)}`,
    });
    expect((await shared({ draft })).contents.join()).toMatch(/\d{4} characters: some mail and chat programs/);
  });
});
