/**
 * Workbench of the experiments: trains models by recipes, and measures them on held-out problems. Each training runs once, so
 * experiments that share arms share the work: "SFT, then GRPO" reuses "SFT".
 */

import { heldOutProblems } from '../../data/problems';
import type { EvaluationRun } from '../../eval/report';
import type { SavedModel } from '../../formats/model';
import type { Device } from '../../gpu/device';
import { evaluationRuns } from '../probe/answer';
import { parseRecipe, type Recipe, withFields } from '../recipe/recipe';
import type { StageAccuracy, Summary } from '../run/events';
import { run } from '../run/run';
import { Session } from '../run/session';
import { evaluatedTasks } from '../run/sources';
import type { RunNumbers } from './arm';

export interface Trained extends SavedModel {
  readonly recipe: Recipe;
  readonly summary: Summary;
  /** Identifies the training: the recipes of all stages. */
  readonly key: string;
}

/** A whole run: its numbers, and the model at its end. */
export interface Whole {
  readonly numbers: RunNumbers;
  readonly model: Trained;
}

const tasksOf = (recipe: Recipe) => evaluatedTasks(recipe).map(({ task, level }) => ({ task: task.name, level }));

/**
 * The recipe with its evaluated tasks in alphabetical order, so that recipes that differ in their own task share SFT. SFT on
 * clusters reads the own task only for its gate.
 */
function withSortedTasks(recipe: Recipe): Recipe {
  if (recipe.data.clusters.length === 0 || recipe.sft.gateEvery > 0) return recipe;
  const key = ({ task, level }: { task: string; level: number }) => `${task} ${level}`;
  const [own, ...others] = tasksOf(recipe).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return withFields(recipe, { 'task.name': own!.task, 'task.level': own!.level, 'evaluation.others': others });
}

/** Accuracy that was measured for one recipe, in the order of another recipe with the same evaluated tasks. */
function inOrderOf(recipe: Recipe, measured: Recipe, accuracy: StageAccuracy): StageAccuracy {
  const { others = [], ...own } = accuracy;
  if (others.length === 0) return accuracy;
  const all = [{ ...own, task: measured.task.name, level: measured.task.level }, ...others];
  const [first, ...rest] = tasksOf(recipe).map(
    ({ task, level }) => all.find((one) => one.task === task && one.level === level)!,
  );
  const { task: _, level: __, ...ownNow } = first!;
  return { ...ownNow, others: rest };
}

export class Workbench {
  private readonly trained = new Map<string, Promise<Trained>>();
  private reused = 0;

  /** @param say prints progress */
  constructor(
    readonly device: Device,
    private readonly say: (text: string) => void = () => {},
  ) {}

  /**
   * Runs a whole recipe.
   * @param from model whose weights the run starts from; null for fresh weights
   */
  train(recipe: Recipe, from: Trained | null = null): Promise<Trained> {
    const key = JSON.stringify([from?.key ?? null, recipe]);
    const known = this.trained.get(key);
    if (known)
      return known.then((model) => {
        this.reused += model.summary.seconds;
        return model;
      });
    const training = this.runRecipe(recipe, from, key);
    this.trained.set(key, training);
    return training;
  }

  /**
   * Numbers of one run of the whole recipe, and the model at its end. The stages train one by one, so that recipes share them;
   * weights and numbers are those of the run in one go.
   */
  async whole(recipe: Recipe): Promise<Whole> {
    const { base: measuresBase } = recipe.evaluation;
    const staged = measuresBase ? withFields(recipe, { 'evaluation.base': false }) : recipe;
    const ordered = ({ recipe: measured, summary }: Trained) => {
      const { steps: _, final_loss: __, ...accuracy } = summary.sft;
      return inOrderOf(recipe, measured, accuracy);
    };
    const base = measuresBase ? ordered(await this.untrained(staged)) : null;
    const sft = await this.sft(staged);
    const grpo = recipe.grpo.steps > 0 ? await this.grpo(staged, sft) : null;
    const { steps, final_loss } = sft.summary.sft;
    const numbers: RunNumbers = {
      ...(base && { base }),
      sft: { steps, final_loss, ...ordered(sft) },
      grpo: grpo ? grpo.summary.grpo : { steps: 0, curve: [], ...ordered(sft) },
    };
    return { numbers, model: grpo ?? sft };
  }

  /** Fresh weights with the recipe's evaluation. */
  untrained(recipe: Recipe): Promise<Trained> {
    return this.sft(withFields(recipe, { 'sft.steps': 0 }));
  }

  /** The recipe's SFT alone. Leaves out the fields that only GRPO reads, so that recipes that differ there share the training. */
  sft(recipe: Recipe): Promise<Trained> {
    const sorted = withSortedTasks(recipe);
    const { version, seed, tokensPerPass, kernels, precision, task, own, model, memory, data, sft, evaluation } =
      sorted;
    const { lMax } = recipe.reward;
    const reward = { lMax, lPos: lMax / 2, lNeg: lMax / 2 };
    const fields = {
      version,
      seed,
      tokensPerPass,
      kernels,
      precision,
      task,
      own,
      model,
      memory,
      data,
      sft,
      evaluation,
    };
    return this.train(parseRecipe({ ...fields, name: `${task.name}-sft`, reward, grpo: { steps: 0 } }));
  }

  /** The recipe's GRPO, starting from a model. */
  grpo(recipe: Recipe, from: Trained): Promise<Trained> {
    return this.train(withFields(recipe, { 'sft.steps': 0 }), from);
  }

  /**
   * Runs a model several times over held-out problems of its recipe's task, with one sampled answer per problem.
   * @param problems number of problems, drawn with the recipe's seed
   */
  evaluate(
    { recipe, ...model }: Trained,
    problems: number,
    runs: number,
    temperature: number,
  ): Promise<EvaluationRun[]> {
    const { task, level } = evaluatedTasks(recipe)[0]!;
    const heldOut = heldOutProblems(task, level, problems, recipe.seed);
    const options = { temperature, maxNew: recipe.reward.lMax, seed: recipe.seed };
    this.say(`${recipe.name}, seed ${recipe.seed}: ${runs} runs over ${problems} problems`);
    return evaluationRuns(this.device, model, task, heldOut, runs, options);
  }

  /** Returns the training seconds saved by reuse since the last call. */
  takeReused(): number {
    const seconds = this.reused;
    this.reused = 0;
    return seconds;
  }

  private async runRecipe(recipe: Recipe, from: Trained | null, key: string): Promise<Trained> {
    const stages = [recipe.sft.steps > 0 ? 'SFT' : [], recipe.grpo.steps > 0 ? 'GRPO' : []].flat();
    this.say(`${recipe.name}, seed ${recipe.seed}: ${stages.join(', then ') || 'untrained'}`);
    const session = new Session(this.device, recipe);
    try {
      let summary: Summary | null = null;
      for await (const event of run(session, { weights: from?.tensors ?? null }))
        if (event.type === 'end') summary = event.summary;
      if (!summary) throw new Error(`${recipe.name}: the run ended without a summary`);
      const { config, tokenizer } = session;
      return { recipe, summary, key, config, tokenizer, tensors: await session.weights.read() };
    } finally {
      session.destroy();
    }
  }
}
