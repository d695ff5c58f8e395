/**
 * Buffers of decoding that last between steps, by slot: a slot holds one rollout at a time. The key/value cache of a layer holds
 * prompts first, in regions that any number of slots may start from, then the rows of each slot's own tokens.
 */
import type { DeviceBuffer } from '../gpu/device';
import { BYTES, type Dtype } from '../gpu/dtype';
import { headsOf, type ModelConfig, rotaryDim } from './config';
import type { Model } from './model';
import { rotationsBuffer } from './rotations';

export interface DecodeCapacity {
  /** S, rollouts decoded side by side. */
  readonly slots: number;
  /** Most tokens of a prompt. */
  readonly promptTokens: number;
  /** M, most tokens of a completion. */
  readonly newTokens: number;
  /** K, steps whose logits the host can read; left out, the step keeps none and has no dispatch for it. */
  readonly keptSteps?: number;
}

/** Tokens of a prompt that are computed ahead: all but the last, which the first decoding step takes. */
export const regionRows = ({ promptTokens }: DecodeCapacity): number => promptTokens - 1;
/** Rows of prompts in a layer's cache: a region a slot, so that there is always one to start from. */
export const promptRows = (capacity: DecodeCapacity): number => capacity.slots * regionRows(capacity);
/** Rows of a layer's cache; a slot feeds the last token of its prompt and all that it draws but the last. */
export const cacheRows = (capacity: DecodeCapacity): number =>
  promptRows(capacity) + capacity.slots * capacity.newTokens;
/** Numbers in a row of the cache: the keys and the values of one token. */
export const cacheWidth = (config: ModelConfig): number => {
  const { kvHeads, headDim } = headsOf(config);
  return 2 * kvHeads * headDim;
};

export class DecodeState {
  /** Slot of each row of a step. */
  readonly live: DeviceBuffer;
  /** (sequence, 1 when done, tokens drawn, position of the token to feed) */
  readonly slots: DeviceBuffer;
  /** (first row of the slot's prompt in the caches, rows) */
  readonly prompts: DeviceBuffer;
  /** The token to feed next. */
  readonly tokens: DeviceBuffer;
  /** [S, M] */
  readonly completions: DeviceBuffer;
  /** [S, M] */
  readonly logprobs: DeviceBuffer;
  /** Logits of the last K steps, [S, K, V]; null if the capacity keeps none. */
  readonly kept: DeviceBuffer | null;
  /** Tokens that end a completion, [E], or one unused number. */
  readonly ends: DeviceBuffer;
  readonly cacheShape: readonly number[];
  /** Keys and values of each layer, [cacheRows, 2K·D]. */
  readonly caches: readonly DeviceBuffer[];
  /** [T, R/2, 2] */
  readonly rotations: DeviceBuffer;
  readonly rotationsShape: readonly number[];
  private readonly owned: DeviceBuffer[] = [];

  /** @param ends tokens that end a completion */
  constructor(
    { device, config, working }: Pick<Model, 'device' | 'config' | 'working'>,
    readonly capacity: DecodeCapacity,
    ends: readonly number[],
  ) {
    const { slots: S, promptTokens, newTokens: M, keptSteps = 0 } = capacity;
    this.cacheShape = [cacheRows(capacity), cacheWidth(config)];
    const buffer = (label: string, numbers: number, of: Dtype = 'f32') => {
      const made = device.createBuffer(label, Math.ceil(numbers / 4) * 4 * BYTES[of]);
      this.owned.push(made);
      return made;
    };
    this.live = buffer('live slots', S);
    this.slots = buffer('slots', S * 4);
    this.prompts = buffer('prompts of slots', S * 2);
    this.tokens = buffer('next tokens', S);
    this.completions = buffer('completions', S * M);
    this.logprobs = buffer('logprobs', S * M);
    this.kept = keptSteps > 0 ? buffer('kept logits', S * keptSteps * config.vocab_size) : null;
    this.ends = buffer('end tokens', Math.max(1, ends.length));
    if (ends.length > 0) device.write(this.ends, Uint32Array.from(ends));
    this.caches = Array.from({ length: config.num_hidden_layers }, (_, l) =>
      buffer(`cache ${l}`, cacheRows(capacity) * cacheWidth(config), working.dtype),
    );
    const length = promptTokens + M;
    this.rotations = rotationsBuffer(device, config, length);
    this.rotationsShape = [length, rotaryDim(config) / 2, 2];
    this.owned.push(this.rotations);
  }

  destroy(): void {
    for (const buffer of this.owned) buffer.destroy();
  }
}
