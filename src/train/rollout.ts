/**
 * Rollouts: many completions at a time, decoded on the device. Several decoding steps go into one submit, and one readback
 * after them says which slots are done. More sequences than slots are decoded in waves.
 */
import { type Device, whole } from '../gpu/device';
import type { PhiConfig } from '../model/config';
import { type DecodeCapacity, type DecodePlan, makeDecodePlan } from '../model/decode';
import type { Arena } from '../model/parameters';

export interface SamplingOptions {
  /** 0 takes the likeliest token. */
  readonly temperature: number;
  /** 0 for all. */
  readonly topK: number;
  /** 1 for all. */
  readonly topP: number;
  /** 0 for all. */
  readonly minP: number;
  readonly maxNew: number;
  /** Of the random numbers: a draw is a hash of (seed, sequence, draw). */
  readonly seed: number;
}

export interface RolloutRequest {
  readonly prompt: readonly number[];
  /** Names the stream of random numbers: the same sequence with the same seed draws the same numbers. */
  readonly sequence: number;
}

export interface Completion {
  /** With the end token where it came. */
  readonly ids: readonly number[];
  /** Of each token, under the distribution that was sampled (greedy: at temperature 1), nats. */
  readonly logprobs: Float32Array;
  /** Whether the end token came within the budget. */
  readonly ended: boolean;
}

/** Slots decoded side by side; more sequences wait for the next wave. */
export const MOST_SLOTS = 256;

/** Below this 1/T leaves the range in which f32 logits keep their order. */
const COLDEST = 0.001;
export const TEMPERATURE_RANGE = `must be 0 (greedy) or from ${COLDEST} to 100`;
export const isTemperature = (value: number): boolean => value === 0 || (value >= COLDEST && value <= 100);

/** Decoding steps between two looks at which slots are done. */
const STEPS_PER_SUBMIT = 16;

export class Sampler {
  private constructor(
    private readonly device: Device,
    private readonly decode: DecodePlan,
    readonly capacity: DecodeCapacity,
    private readonly endToken: number,
  ) {}

  static async create(
    device: Device,
    config: PhiConfig,
    weights: Arena,
    capacity: DecodeCapacity,
    endToken: number,
  ): Promise<Sampler> {
    return new Sampler(device, await makeDecodePlan(device, config, weights, capacity, endToken), capacity, endToken);
  }

  async generate(requests: readonly RolloutRequest[], options: SamplingOptions): Promise<Completion[]> {
    const completions: Completion[] = [];
    for (let at = 0; at < requests.length; at += this.capacity.slots)
      completions.push(...(await this.wave(requests.slice(at, at + this.capacity.slots), options)));
    return completions;
  }

  /** At most one request a slot. */
  private async wave(requests: readonly RolloutRequest[], options: SamplingOptions): Promise<Completion[]> {
    const { slots, promptTokens, newTokens } = this.capacity;
    const { state, plan } = this.decode;
    if (options.maxNew > newTokens)
      throw new Error(`${options.maxNew} new tokens asked of a sampler made for ${newTokens}`);
    const prompts = new Uint32Array(slots * promptTokens);
    const slotRows = new Uint32Array(slots * 4);
    const first = new Uint32Array(slots);
    let longest = 0;
    for (let s = 0; s < slots; s++) {
      const request = requests[s];
      if (!request) {
        slotRows.set([0, 0, 1, 0], s * 4); // done before it starts
        continue;
      }
      const { prompt, sequence } = request;
      if (prompt.length === 0 || prompt.length > promptTokens)
        throw new Error(`a prompt of ${prompt.length} tokens; this sampler takes 1 to ${promptTokens}`);
      prompts.set(prompt, s * promptTokens);
      slotRows.set([sequence >>> 0, prompt.length, 0, 0], s * 4);
      first[s] = prompt[0] as number;
      longest = Math.max(longest, prompt.length);
    }
    this.device.write(state.prompts, prompts);
    this.device.write(state.slots, slotRows);
    this.device.write(state.tokens, first);
    this.device.write(state.positions, new Uint32Array(slots));
    const { temperature, topK, topP, minP, maxNew, seed } = options;
    const inverseTemperature = temperature === 0 ? 0 : 1 / temperature;
    const dynamics = { seed: seed >>> 0, inverseTemperature, topK, topP, minP, maxNew };
    let remaining = longest - 1 + maxNew;
    let repeat = Math.min(remaining, longest - 1 + STEPS_PER_SUBMIT);
    for (;;) {
      const [slotBytes, ids, logprobs] = await this.device.read(
        [whole(state.slots), whole(state.completions), whole(state.logprobs)],
        [{ sequence: plan.sequence, dynamics, repeat }],
      );
      remaining -= repeat;
      const rows = new Uint32Array(slotBytes!);
      if (remaining <= 0 || requests.every((_, s) => rows[s * 4 + 2] === 1))
        return this.collect(requests.length, rows, new Uint32Array(ids!), new Float32Array(logprobs!));
      repeat = Math.min(remaining, STEPS_PER_SUBMIT);
    }
  }

  private collect(count: number, slots: Uint32Array, ids: Uint32Array, logprobs: Float32Array): Completion[] {
    return Array.from({ length: count }, (_, s) => {
      const length = slots[s * 4 + 3] as number;
      const base = s * this.capacity.newTokens;
      const tokens = [...ids.subarray(base, base + length)];
      return {
        ids: tokens,
        logprobs: logprobs.slice(base, base + length),
        ended: tokens.at(-1) === this.endToken,
      };
    });
  }

  destroy(): void {
    this.decode.destroy();
  }
}
