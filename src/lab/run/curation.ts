/**
 * Curation within a run: cleans a pool of GRPO's problems, lets the policy answer them, and selects by pass rate. A recipe
 * with `refreshEvery` selects again while GRPO trains.
 */
import { type Cleaned, clean } from '../../data/curation/cleaning';
import { Curriculum } from '../../data/curation/curriculum';
import { choose, passHistogram, type Rated } from '../../data/curation/selection';
import type { ProblemSource } from '../../data/problems';
import { measurePassRates } from '../../eval/passRate';
import { hash, random } from '../../random';
import type { Recipe } from '../recipe/recipe';
import type { CurationEvent } from './events';
import type { Session } from './session';

/** Maximum number of removed problems that an event lists. */
const NAMED = 20;

export class Curation {
  private readonly curriculum: Curriculum;
  private readonly cleaned: Cleaned;

  /**
   * @param source problems for the pool
   * @throws if cleaning removes the whole pool
   */
  constructor(
    private readonly session: Pick<Session, 'generate' | 'tokenizer' | 'evaluated'>,
    private readonly recipe: Pick<Recipe, 'seed' | 'curation' | 'grpo'>,
    source: ProblemSource,
  ) {
    const { pool, ...options } = recipe.curation;
    this.cleaned = clean(
      Array.from({ length: pool }, () => source.draw()),
      session.evaluated,
      options,
    );
    if (this.cleaned.kept.length === 0)
      throw new Error(
        `curation: cleaning removes the whole pool of ${pool} problems: ${this.count('duplicate')} are duplicates, ` +
          `${this.count('contaminated')} are too similar to held-out problems; raise curation.decontaminate (${options.decontaminate})`,
      );
    this.curriculum = new Curriculum(recipe.seed);
  }

  private count(dirt: string): number {
    return this.cleaned.removed.filter((one) => one.dirt === dirt).length;
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
      duplicates: this.count('duplicate'),
      contaminated: this.count('contaminated'),
      rated: rated.length,
      answered: by === 'measured' ? rated.length : heardOf,
      kept: kept.length,
      histogram: passHistogram(rated, samples),
      fallback: kept.length > 0 ? null : { code: 'all', values: { select, low, high, rated: rated.length } },
      removed: this.cleaned.removed
        .slice(0, NAMED)
        .map(({ problem, reason }) => ({ prompt: problem.problem.prompt, reason })),
    };
  }

  private async measure(step: number): Promise<Rated[]> {
    const { generate, tokenizer } = this.session;
    const { recipe } = this;
    const { kept } = this.cleaned;
    const passRates = await measurePassRates(generate, tokenizer, kept, recipe.curation.samples, {
      temperature: recipe.grpo.temperature,
      seed: hash(recipe.seed, 'pass rates', step),
    });
    return kept.map((problem, i) => ({ problem, passRate: passRates[i]! }));
  }
}
