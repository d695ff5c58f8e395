/**
 * What stands on a device during a run: the model, its gradients, the frozen reference, and what samples from it. Made empty:
 * the run fills it.
 */
import { heldOutProblems } from '../../data/problems';
import type { Generate } from '../../eval/accuracy';
import type { Device } from '../../gpu/device';
import type { TuningCache } from '../../gpu/tuningCache';
import type { PhiConfig } from '../../model/config';
import type { DecodeCapacity } from '../../model/decodeState';
import { Arena, type ParameterTable, parameterTable, type Tensors } from '../../model/parameters';
import { checkModelSizes } from '../../model/sizes';
import { type Problem, traceKinds } from '../../tasks/task';
import { Tokenizer } from '../../text/tokenizer';
import { gradientPlanes } from '../../train/gradientPlanes';
import { MOST_SLOTS, Sampler } from '../../train/rollout';
import { phiConfigOf, type Recipe } from '../recipe/recipe';
import { evaluatedTasks, grpoTasks, openSources, type Sources, sftTasks, type TaskLevel } from './sources';

/** A task at a level, with the held-out problems that it is evaluated on. */
export interface Evaluated extends TaskLevel {
  readonly problems: readonly Problem[];
}

export class Session {
  readonly tokenizer = new Tokenizer();
  readonly config: PhiConfig;
  readonly table: ParameterTable;
  /** Weights that the optimizer moves, in f32. */
  readonly weights: Arena;
  /** What the forward pass reads: the weights, or their copy in f16. */
  readonly working: Arena;
  readonly gradients: Arena;
  readonly reference: Arena;
  /** Most tokens of a prompt, of a completion while decoding, and of both in training. */
  readonly lengths: { readonly prompt: number; readonly completion: number; readonly longest: number };
  /** What evaluation asks, the recipe's own task first; training never sees it. */
  readonly evaluated: readonly Evaluated[];
  private opened: Sources | null = null;
  private sampler: Sampler | null = null;
  private readonly owned: { destroy(): void }[] = [];

  /** Without its tuning cache where the recipe wants the same kernels on every adapter. */
  readonly device: Device;
  /** The device's tuning cache, for what chooses no kernel. */
  readonly tuningCache: TuningCache | null;

  constructor(
    device: Device,
    readonly recipe: Recipe,
  ) {
    this.tuningCache = device.tuningCache;
    this.device = recipe.kernels === 'fixed' ? { ...device, tuningCache: null } : device;
    if (recipe.precision === 'f16' && !device.f16)
      throw new Error(`precision: ${device.name} has no f16 in buffers (the feature shader-f16): choose f32`);
    const [taught, drawn, evaluated] = [sftTasks(recipe), grpoTasks(recipe), evaluatedTasks(recipe)];
    const prompts = [...taught, ...drawn, ...evaluated].map(({ task, level }) => task.longestPrompt(level));
    const prompt = Math.max(...prompts) + this.tokenizer.chatPrompt('').length;
    const completion = recipe.reward.lMax;
    const { shortShare, mendShare } = recipe.sft;
    const shares = { short: shortShare, mend: mendShare, long: 1 - shortShare - mendShare };
    const kinds = traceKinds.filter((kind) => shares[kind] > 0);
    const traces = taught.flatMap(({ task, level }) => kinds.map((kind) => task.longestTrace(level, kind)));
    const longest = prompt + Math.max(completion, ...traces);
    this.lengths = { prompt, completion, longest };
    this.config = { ...phiConfigOf(recipe, this.tokenizer.size), max_position_embeddings: longest };
    this.table = parameterTable(this.config, recipe.precision);
    this.evaluated = evaluated.map(({ task, level }) => {
      const problems = heldOutProblems(task, level, recipe.evaluation.problems, recipe.seed);
      return { task, level, problems };
    });
    const sequences = Math.max(recipe.sft.sequences, recipe.grpo.prompts * recipe.grpo.groupSize);
    const tokens = Math.min(recipe.tokensPerPass, sequences * longest);
    checkModelSizes(device, this.config, tokens, this.decodeCapacity, recipe.precision);
    device.forgetPeak(); // what is alive from here on is this session's
    this.weights = this.own(new Arena(device, this.table, 'weights'));
    const planes = recipe.kernels === 'fixed' ? 1 : gradientPlanes(device, this.config, this.table);
    this.gradients = this.own(new Arena(device, this.table, 'gradients', planes));
    const stored = (label: string) => this.own(new Arena(device, this.table, label, 1, recipe.precision));
    this.working = recipe.precision === 'f32' ? this.weights : stored('working weights');
    this.reference = stored('reference');
  }

  /** Starts from these weights. */
  load(tensors: Tensors): void {
    for (const arena of new Set([this.weights, this.working])) arena.load(tensors);
  }

  /**
   * What SFT and GRPO draw from: one for the session, so that a run goes on drawing where it stands.
   * @throws where a level has fewer problems than its cluster asks for
   */
  get sources(): Sources {
    this.opened ??= openSources(this.recipe);
    return this.opened;
  }

  private get decodeCapacity(): DecodeCapacity {
    const { prompts, groupSize } = this.recipe.grpo;
    return {
      slots: Math.min(MOST_SLOTS, prompts * groupSize),
      promptTokens: this.lengths.prompt,
      newTokens: this.lengths.completion,
    };
  }

  /** Destroyed with the session, if not released before. */
  own<T extends { destroy(): void }>(thing: T): T {
    this.owned.push(thing);
    return thing;
  }

  /** Destroys what is no longer needed. */
  release(...things: { destroy(): void }[]): void {
    for (const thing of things) {
      this.owned.splice(this.owned.indexOf(thing), 1);
      thing.destroy();
    }
  }

  /** One sampler for rollouts and evaluation: a slot for each completion of a GRPO step. */
  async openSampler(): Promise<Sampler> {
    const { end } = this.tokenizer.special;
    this.sampler ??= this.own(await Sampler.create(this.device, this.config, this.working, this.decodeCapacity, [end]));
    return this.sampler;
  }

  /** Completions of the model as it stands, over the whole vocabulary. */
  readonly generate: Generate = async (requests, { temperature, seed }) => {
    const sampler = await this.openSampler();
    return sampler.generate(requests, {
      temperature,
      seed,
      topK: 0,
      topP: 1,
      minP: 0,
      maxNew: this.lengths.completion,
    });
  };

  destroy(): void {
    for (const thing of this.owned.splice(0)) thing.destroy();
  }
}
