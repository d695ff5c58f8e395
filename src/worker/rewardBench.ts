/**
 * Commands about edited rewards, for the page: scores a completion, the step on screen, or all rollouts of a run again. Files
 * are injected. Needs no GPU.
 */

import { parseJsonFile } from '../json';
import { playProblem } from '../lab/play/problem';
import { type RunCurve, runCurve } from '../lab/play/runCurve';
import { type Scored, Scorer } from '../lab/play/score';
import { StoredRollouts } from '../lab/play/storedRollouts';
import { type StoredStep, storedSteps, storedVocabulary } from '../lab/play/storedSteps';
import { WhatIf, type WhatIfStep } from '../lab/play/whatIf';
import { type WhatIfResult, WhatIfRun } from '../lab/play/whatIfTable';
import type { Recipe } from '../lab/recipe/recipe';
import type { LabEvent } from '../lab/run/events';
import { customSourceFault } from '../lab/run/options';
import { filesWithin } from '../runs/files';
import { Journal } from '../runs/journal';
import { metaSchema } from '../runs/meta';
import { joinPath } from '../runs/paths';
import { META } from '../runs/runFolder';
import { turnsAfterWork } from '../turn';
import type { RunsPlace } from './place';
import { type RolloutPlace, RolloutSource } from './rolloutSource';

/** Problem of a group, as events carry it. */
export interface BenchProblem {
  readonly task: string;
  readonly prompt: string;
  readonly answer: string;
  /** The problem as plain data. */
  readonly problem: unknown;
}

/** Curve of a parent, and the place where the fork left it. */
export interface ParentCurve extends RunCurve {
  readonly run: string;
  readonly stage: string;
  /** Steps of the stage that both share. */
  readonly at: number;
}

export interface WhatIfReport extends WhatIfResult {
  readonly milliseconds: number;
}

/** Rollouts so far and, if known, of all. */
export type OnWhatIf = (done: number, share: number) => void;

export interface RewardCommands {
  /** Scores a completion under each recipe. Rejects naming a character outside the vocabulary. */
  score(problem: BenchProblem, text: string, recipes: readonly Recipe[]): Promise<Scored[]>;
  /** Scores a step again under each recipe. */
  step(step: StoredStep, recipes: readonly Recipe[], vocabulary: readonly string[]): Promise<WhatIfStep[]>;
  /** Error of a custom term's text, with line and column; null without one. */
  sourceFault(source: string): Promise<string | null>;
  /** Adds events of a run that only the page has. */
  add(place: RolloutPlace, events: readonly LabEvent[]): Promise<void>;
  /**
   * Scores all rollouts of a run again under each recipe. A later call ends it.
   * @returns null if it was cancelled, or if the run has no rollout yet
   */
  whatIf(place: RolloutPlace, recipes: readonly Recipe[], onProgress: OnWhatIf): Promise<WhatIfReport | null>;
  cancel(): Promise<void>;
  /** Curve of the run that a stored run was forked from; null without one, or if it was deleted. */
  parentCurve(run: string): Promise<ParentCurve | null>;
}

/** Edited rewards that stay open: a drag makes a new one in every frame. */
const OPEN = 4;

/** Opens a value once for each recipe, and keeps the last few. */
class Opened<T> {
  private readonly opened = new Map<string, Promise<T>>();

  constructor(private readonly open: (recipe: Recipe) => Promise<T>) {}

  of(recipe: Recipe): Promise<T> {
    const { reward, grpo } = recipe;
    const key = JSON.stringify([reward, grpo.scaleRewards, grpo.aggregation]);
    const known = this.opened.get(key) ?? this.open(recipe);
    this.opened.delete(key);
    this.opened.set(key, known);
    for (const old of [...this.opened.keys()].slice(0, -OPEN)) this.opened.delete(old);
    return known;
  }
}

interface ReadRollouts {
  readonly journal: Journal;
  readonly rollouts: StoredRollouts;
  /** Events that were read. */
  known: number;
  /** Reader that goes on up to an event; null between two growths. */
  steps: { readonly to: number; readonly steps: AsyncGenerator<StoredStep, void> } | null;
}

export class RewardBench implements RewardCommands {
  private readonly scorers = new Opened((recipe) => Scorer.open(recipe));
  private whatIfs: { readonly vocabulary: string; readonly opened: Opened<WhatIf> } | null = null;
  private source: { readonly key: string; readonly rollouts: RolloutSource } | null = null;
  private read: ReadRollouts | null = null;
  /** Count of what-ifs and cancellations; an earlier one ends. */
  private turn = 0;

  constructor(private readonly openPlace: () => Promise<RunsPlace>) {}

  async score(problem: BenchProblem, text: string, recipes: readonly Recipe[]): Promise<Scored[]> {
    const asked = playProblem(problem, null, 'problem');
    return Promise.all(recipes.map(async (recipe) => (await this.scorers.of(recipe)).score(asked, text)));
  }

  step(step: StoredStep, recipes: readonly Recipe[], vocabulary: readonly string[]): Promise<WhatIfStep[]> {
    const key = vocabulary.join('\n');
    if (this.whatIfs?.vocabulary !== key)
      this.whatIfs = { vocabulary: key, opened: new Opened((recipe) => WhatIf.open(recipe, vocabulary)) };
    const { opened } = this.whatIfs;
    return Promise.all(recipes.map(async (recipe) => (await opened.of(recipe)).step(step)));
  }

  readonly sourceFault = customSourceFault;

  private rolloutsOf(place: RolloutPlace): RolloutSource {
    const key = JSON.stringify(place);
    if (this.source?.key !== key) this.source = { key, rollouts: new RolloutSource(place, this.openPlace) };
    return this.source.rollouts;
  }

  async add(place: RolloutPlace, events: readonly LabEvent[]): Promise<void> {
    this.rolloutsOf(place).add(events);
  }

  /** Rollouts of a journal that were read before, and the reader of those after them. */
  private async rolloutsIn(journal: Journal): Promise<ReadRollouts> {
    if (this.read?.journal !== journal) {
      const rollouts = new StoredRollouts(await storedVocabulary(journal));
      this.read = { journal, rollouts, known: 0, steps: null };
    }
    return this.read;
  }

  async whatIf(place: RolloutPlace, recipes: readonly Recipe[], onProgress: OnWhatIf): Promise<WhatIfReport | null> {
    const mine = ++this.turn;
    const began = performance.now();
    const journal = await this.rolloutsOf(place).current();
    if (journal.events === 0) return null;
    const read = await this.rolloutsIn(journal);
    const run = await WhatIfRun.open(recipes, read.rollouts);
    const letOthersIn = turnsAfterWork();
    for (let steps = 1; ; steps++) {
      const step = run.next() ?? ((await readNext(read)) ? run.next() : null);
      if (step === null) break;
      if (steps % PROGRESS_STEPS === 0) onProgress(run.length, step / Math.max(1, recipes[0]!.grpo.steps));
      await letOthersIn();
      if (mine !== this.turn) return null;
    }
    const result = run.result();
    return result && { ...result, milliseconds: performance.now() - began };
  }

  async cancel(): Promise<void> {
    this.turn++;
  }

  async parentCurve(run: string): Promise<ParentCurve | null> {
    const { files } = await this.openPlace();
    const meta = await files.read(joinPath(run, META));
    const parent = meta && metaSchema.parse(parseJsonFile(meta, META)).parent;
    if (!parent) return null;
    const curve = await runCurve(await Journal.open(filesWithin(files, parent.run)));
    return curve.step.length === 0 ? null : { run: parent.run, stage: parent.stage, at: parent.step, ...curve };
  }
}

/** Reads the next step of a journal into its rollouts. @returns false where there is none yet */
async function readNext(read: ReadRollouts): Promise<boolean> {
  for (;;) {
    if (!read.steps && read.known >= read.journal.events) return false;
    // a reader takes the events that the journal has when it begins
    const to = read.steps?.to ?? read.journal.events;
    read.steps ??= { to, steps: storedSteps(read.journal, read.known) };
    const { value, done } = await read.steps.steps.next();
    if (!done) {
      read.rollouts.add(value);
      return true;
    }
    read.known = to;
    read.steps = null;
  }
}

/** Steps between two reports of progress. */
const PROGRESS_STEPS = 32;
