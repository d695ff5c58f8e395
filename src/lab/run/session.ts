/** A run's model on a device, with its sampler and its problems. The run loads the weights. */
import { heldOutProblems } from '../../data/problems';
import type { Generate } from '../../eval/accuracy';
import type { Device } from '../../gpu/device';
import type { TuningCache } from '../../gpu/tuningCache';
import type { ModelConfig } from '../../model/config';
import type { DecodeCapacity } from '../../model/decodeState';
import { loadWeights, openModel, type PolicyModel, withGradients, withReference } from '../../model/model';
import type { Arena, Tensors } from '../../model/parameters';
import { checkModelSizes } from '../../model/sizes';
import type { Problem } from '../../tasks/task';
import { Tokenizer } from '../../text/tokenizer';
import { gradientPlanes } from '../../train/gradientPlanes';
import type { Detail } from '../../train/grpo';
import { MOST_SLOTS, Sampler } from '../../train/rollout';
import { modelConfigOf, type Recipe } from '../recipe/recipe';
import { KernelChoices } from './kernelChoices';
import { type Lengths, lengthsOf } from './lengths';
import { evaluatedTasks, openSources, type Sources, type TaskLevel } from './sources';

/** A task at a level, with the held-out problems that it is evaluated on. */
export interface Evaluated extends TaskLevel {
  readonly problems: readonly Problem[];
}

export class Session {
  readonly tokenizer = new Tokenizer();
  readonly model: PolicyModel;
  readonly lengths: Lengths;
  /** Problems of the evaluation, the recipe's own task first; training never sees them. */
  readonly evaluated: readonly Evaluated[];
  private opened: Sources | null = null;
  private sampler: Sampler | null = null;
  private readonly owned: { destroy(): void }[] = [];

  /** Device with the tuning cache of this run; without one if the recipe fixes the kernels for every adapter. */
  readonly device: Device;
  /** Measured kernel variants that this run uses; null if the recipe fixes the kernels, or without a tuning cache. */
  readonly kernels: KernelChoices | null;
  /** The device's tuning cache, for what chooses no kernel. */
  readonly tuningCache: TuningCache | null;

  constructor(
    device: Device,
    readonly recipe: Recipe,
    /** Numbers of tokens in the events of GRPO: `full` for programs that recompute a step. */
    readonly detail: Detail = 'page',
  ) {
    this.tuningCache = device.tuningCache;
    const measured = recipe.kernels === 'measured' && device.tuningCache;
    this.kernels = measured ? new KernelChoices(measured) : null;
    this.device = device.tuningCache ? { ...device, tuningCache: this.kernels } : device;
    if (recipe.precision === 'f16' && !device.f16)
      throw new Error(`precision: ${device.name} has no f16 in buffers (the feature shader-f16): choose f32`);
    this.lengths = lengthsOf(recipe, this.tokenizer);
    const { longest } = this.lengths;
    const config = { ...modelConfigOf(recipe, this.tokenizer.size), max_position_embeddings: longest };
    this.evaluated = evaluatedTasks(recipe).map(({ task, level }) => {
      const problems = heldOutProblems(task, level, recipe.evaluation.problems, recipe.seed);
      return { task, level, problems };
    });
    const sequences = Math.max(recipe.sft.sequences, recipe.grpo.prompts * recipe.grpo.groupSize);
    const tokens = Math.min(recipe.tokensPerPass, sequences * longest);
    checkModelSizes(device, config, tokens, this.decodeCapacity, recipe.precision);
    device.forgetPeak(); // the peak of this session alone
    const model = openModel(this.device, config, { precision: recipe.precision });
    const planes = recipe.kernels === 'fixed' ? 1 : gradientPlanes(model);
    this.model = this.own(withReference(withGradients(model, planes)));
  }

  get config(): ModelConfig {
    return this.model.config;
  }

  /** Weights in f32, as they are trained and saved. */
  get weights(): Arena {
    return this.model.weights;
  }

  /** Starts from these weights. */
  load(tensors: Tensors): void {
    loadWeights(this.model, tensors);
  }

  /**
   * Sources of problems for SFT and GRPO. One for the session, so that a run goes on drawing from the same place.
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
    this.sampler ??= this.own(await Sampler.create(this.model, this.decodeCapacity, [end]));
    return this.sampler;
  }

  /** Completions of the current model, over the whole vocabulary. */
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
