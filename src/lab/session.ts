/** What stands on a device during a run: the model, its gradients, the frozen reference, and what samples from it. */
import type { Generate } from '../eval/accuracy';
import type { Device } from '../gpu/device';
import type { PhiConfig } from '../model/config';
import { Arena, initialTensors, type ParameterTable, parameterTable } from '../model/parameters';
import { taskByName } from '../tasks';
import type { Task } from '../tasks/task';
import { Tokenizer } from '../text/tokenizer';
import { Sampler } from '../train/rollout';
import { phiConfigOf, type Recipe } from './recipe';

export class Session {
  readonly tokenizer = new Tokenizer();
  readonly task: Task;
  readonly config: PhiConfig;
  readonly table: ParameterTable;
  readonly weights: Arena;
  readonly gradients: Arena;
  readonly reference: Arena;
  /** Most tokens of a prompt, of a completion while decoding, and of both in training. */
  readonly lengths: { readonly prompt: number; readonly completion: number; readonly longest: number };
  private sampler: Sampler | null = null;
  private readonly owned: { destroy(): void }[] = [];

  constructor(
    readonly device: Device,
    readonly recipe: Recipe,
  ) {
    this.task = taskByName(recipe.task.name);
    const { level } = recipe.task;
    const prompt = this.task.longestPrompt(level) + this.tokenizer.chatPrompt('').length;
    const completion = recipe.reward.lMax;
    const longest = prompt + Math.max(completion, this.task.longestTrace(level));
    this.lengths = { prompt, completion, longest };
    this.config = { ...phiConfigOf(recipe, this.tokenizer.size), max_position_embeddings: longest };
    this.table = parameterTable(this.config);
    const largest = Math.max(this.table.arenaSize * 4, recipe.grpo.tokensPerPass * 2 * recipe.model.ffn * 4);
    if (largest > device.maxBindingBytes)
      throw new Error(
        `this recipe needs a buffer of ${(largest / 2 ** 20).toFixed(0)} MiB; ${device.name} binds at most ${(
          device.maxBindingBytes / 2 ** 20
        ).toFixed(0)} MiB: choose a smaller model or fewer tokens a pass`,
      );
    this.weights = this.own(new Arena(device, this.table, 'weights'));
    this.gradients = this.own(new Arena(device, this.table, 'gradients'));
    this.reference = this.own(new Arena(device, this.table, 'reference'));
    this.weights.load(initialTensors(this.config, recipe.model.initializerRange, recipe.seed));
  }

  /** Destroyed with the session. */
  own<T extends { destroy(): void }>(thing: T): T {
    this.owned.push(thing);
    return thing;
  }

  /** One sampler for rollouts and evaluation: a slot for each completion of a GRPO step. */
  async openSampler(): Promise<Sampler> {
    const { grpo } = this.recipe;
    const slots = Math.min(256, grpo.prompts * grpo.groupSize);
    const capacity = { slots, promptTokens: this.lengths.prompt, newTokens: this.lengths.completion };
    this.sampler ??= this.own(
      await Sampler.create(this.device, this.config, this.weights, capacity, this.tokenizer.special.end),
    );
    return this.sampler;
  }

  /** Completions of the model as it stands, over the whole vocabulary. */
  readonly generate: Generate = async (requests, { temperature, seed }) => {
    const sampler = await this.openSampler();
    return sampler.generate(requests, { temperature, seed, topK: 0, topP: 1, minP: 0, maxNew: this.lengths.completion });
  };

  destroy(): void {
    for (const thing of this.owned.splice(0)) thing.destroy();
  }
}
