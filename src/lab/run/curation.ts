/**
 * Curation within a run: a pool of GRPO's problems is cleaned, answered by the policy, and selected from. A recipe with
 * `refreshEvery` selects again while GRPO trains.
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

/** Removed problems that an event names. */
const NAMED = 20;

export class Curation {
  private readonly curriculum: Curriculum;
  private readonly cleaned: Cleaned;

  /**
   * @param source draws the pool
   * @throws where cleaning leaves nothing
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
        `curation: nothing is left of a pool of ${pool}: ${this.count('duplicate')} are duplicates, ` +
          `${this.count('contaminated')} too near to an evaluation; raise curation.decontaminate (${options.decontaminate})`,
      );
    this.curriculum = new Curriculum(recipe.seed);
  }

  private count(dirt: string): number {
    return this.cleaned.removed.filter((one) => one.dirt === dirt).length;
  }

  /** Problems that GRPO draws from, after the first `select`. */
  get problems(): ProblemSource {
    return this.curriculum;
  }

  /** True where it is time to select again after this step of GRPO. */
  dueAfter(step: number): boolean {
    const { curation, grpo } = this.recipe;
    return curation.refreshEvery > 0 && step % curation.refreshEvery === 0 && step < grpo.steps;
  }

  /**
   * Selects what GRPO draws from. Where the selection is empty, GRPO draws from the whole pool and the event says so: an empty
   * selection must not end a run after an hour of SFT.
   * @param step steps of GRPO taken; 0 before the first
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
      fallback:
        kept.length > 0
          ? null
          : `no problem of the pool falls under “${select}” (band from ${low} to ${high}): all ${rated.length} are drawn from`,
      removed: this.cleaned.removed
        .slice(0, NAMED)
        .map(({ problem, reason, dirt }) => ({ prompt: problem.problem.prompt, reason: `${dirt}: ${reason}` })),
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
