/**
 * Curation within a run: cleans a pool of GRPO's problems, lets the policy answer them, and selects by pass rate. A recipe
 * with `refreshEvery` selects again while GRPO trains.
 */
import { clean } from '../../data/curation/cleaning';
import { Curriculum } from '../../data/curation/curriculum';
import { choose, passHistogram, type Rated } from '../../data/curation/selection';
import type { ProblemSource, TaskProblem } from '../../data/problems';
import { measurePassRates } from '../../eval/passRate';
import { hash, random } from '../../random';
import type { Recipe } from '../recipe/recipe';
import { taskOf } from '../recipe/task';
import type { CurationEvent } from './events';
import type { CurationState } from './runState';
import type { Session } from './session';

/** Maximum number of removed problems that an event lists. */
const NAMED = 20;

type CurationSession = Pick<Session, 'generate' | 'tokenizer' | 'evaluated'>;
type CurationRecipe = Pick<Recipe, 'seed' | 'own' | 'curation' | 'grpo'>;

/** Pool after cleaning, and what its events say about the problems that were removed. */
interface Pool extends Omit<CurationState, 'curriculum'> {
  readonly kept: readonly TaskProblem[];
}

export class Curation {
  private constructor(
    private readonly session: CurationSession,
    private recipe: CurationRecipe,
    private readonly pool: Pool,
    private readonly curriculum: Curriculum,
  ) {}

  /**
   * Draws a pool and cleans it.
   * @param source problems for the pool
   * @throws if cleaning removes the whole pool
   */
  static open(session: CurationSession, recipe: CurationRecipe, source: ProblemSource): Curation {
    const { pool: size, ...options } = recipe.curation;
    const { kept, removed } = clean(
      Array.from({ length: size }, () => source.draw()),
      session.evaluated,
      options,
    );
    const count = (dirt: string) => removed.filter((one) => one.dirt === dirt).length;
    const [duplicates, contaminated] = [count('duplicate'), count('contaminated')];
    if (kept.length === 0)
      throw new Error(
        `curation: cleaning removes the whole pool of ${size} problems: ${duplicates} are duplicates, ` +
          `${contaminated} are too similar to held-out problems; raise curation.decontaminate (${options.decontaminate})`,
      );
    const named = removed.slice(0, NAMED).map(({ problem, reason }) => ({ prompt: problem.problem.prompt, reason }));
    const pool = { kept, duplicates, contaminated, removed: named };
    return new Curation(session, recipe, pool, Curation.curriculumOf(recipe));
  }

  /** Continues with the pool, selection and answers of a checkpoint. @throws naming a problem that does not fit its task */
  static continue(session: CurationSession, recipe: CurationRecipe, state: CurationState): Curation {
    const curriculum = Curation.curriculumOf(recipe);
    curriculum.restore(state.curriculum);
    return new Curation(session, recipe, { ...state, kept: curriculum.pool }, curriculum);
  }

  private static curriculumOf(recipe: CurationRecipe): Curriculum {
    return new Curriculum(recipe.seed, (name) => taskOf(recipe, name));
  }

  /** State for a checkpoint; valid after the first `select`. */
  state(): CurationState {
    const { duplicates, contaminated, removed } = this.pool;
    return { duplicates, contaminated, removed: [...removed], curriculum: this.curriculum.state() };
  }

  /** Follows a changed recipe of the running run. */
  follow(recipe: CurationRecipe): void {
    this.recipe = recipe;
  }

  /** Source of GRPO's problems; valid after the first `select`. */
  get problems(): ProblemSource {
    return this.curriculum;
  }

  /** True if a selection is due after this GRPO step. */
  dueAfter(step: number): boolean {
    const { curation, grpo } = this.recipe;
    return curation.refreshEvery > 0 && step % curation.refreshEvery === 0 && step < grpo.steps;
  }

  /**
   * Selects the problems that GRPO trains on. If the selection is empty, GRPO trains on the whole pool and the event says so:
   * an empty selection must not end a run after an hour of SFT.
   * @param step GRPO steps so far
   */
  async select(step: number): Promise<CurationEvent> {
    const { recipe } = this;
    const { select, low, high, samples, pool } = recipe.curation;
    const by = step === 0 ? 'measured' : recipe.curation.refreshBy;
    const { heardOf } = this.curriculum;
    const rated = by === 'measured' ? await this.measure(step) : this.curriculum.estimates();
    const chosen = choose(rated, select, { low, high }, random(recipe.seed, 'curation', step));
    const kept = chosen.filter((one) => one.kept);
    this.curriculum.select(
      rated,
      (kept.length > 0 ? kept : rated).map(({ problem }) => problem),
    );
    return {
      type: 'curation',
      step,
      select,
      low,
      high,
      by,
      samples,
      pool,
      duplicates: this.pool.duplicates,
      contaminated: this.pool.contaminated,
      rated: rated.length,
      answered: by === 'measured' ? rated.length : heardOf,
      kept: kept.length,
      histogram: passHistogram(rated, samples),
      fallback: kept.length > 0 ? null : { code: 'all', values: { select, low, high, rated: rated.length } },
      removed: this.pool.removed,
    };
  }

  private async measure(step: number): Promise<Rated[]> {
    const { generate, tokenizer } = this.session;
    const { recipe } = this;
    const { kept } = this.pool;
    const passRates = await measurePassRates(generate, tokenizer, kept, recipe.curation.samples, {
      temperature: recipe.grpo.temperature,
      seed: hash(recipe.seed, 'pass rates', step),
    });
    return kept.map((problem, i) => ({ problem, passRate: passRates[i]! }));
  }
}
