/**
 * Rollouts: many completions at a time, decoded on the device. The host submits chunks of decoding steps with one readback
 * each. It starts the next chunk before it reads the last one, so that the GPU never waits for the host. A finished rollout
 * frees its slot for the next request; each step computes only the live slots.
 *
 * A rollout depends on (seed, sequence, prompt, weights) alone. Its slot, the other rollouts and the split into submits do not
 * change it, to the bit.
 */
import type { DecodeCapacity } from '../model/decodeState';
import type { Model } from '../model/model';
import { Decoder, type SamplerStatistics } from './decoder';
import { assertFiniteAt } from './nonFiniteError';
import { Pace } from './pace';
import type { Completion, RolloutRequest, SamplingOptions } from './sampling';
import { Slots } from './slots';

/** Maximum number of slots; more sequences wait for a free slot. */
export const MOST_SLOTS = 256;

export class Sampler {
  private constructor(
    private readonly decoder: Decoder,
    readonly capacity: DecodeCapacity,
    private readonly pace: Pace,
  ) {}

  /** @param ends tokens that end a completion; if empty, only the budget ends it */
  static async create(
    model: Model,
    capacity: DecodeCapacity,
    ends: readonly number[],
    pace = new Pace(),
  ): Promise<Sampler> {
    return new Sampler(await Decoder.create(model, capacity, ends), capacity, pace);
  }

  get statistics(): SamplerStatistics {
    return this.decoder.statistics;
  }

  /** Generates the completions of the requests, in their order. @throws NonFiniteError if a logit is not finite */
  async generate(requests: readonly RolloutRequest[], options: SamplingOptions): Promise<Completion[]> {
    this.check(requests, options);
    const prefixes = requests.map(({ prompt }) => prompt.slice(0, -1));
    const slots = new Slots(this.capacity.slots, prefixes, options.maxNew);
    const completions: Completion[] = [];
    for (;;) {
      this.decoder.start(slots.admit(), requests);
      const chunk = this.decoder.finishChunk(slots, options, this.pace);
      if (!chunk) return completions;
      this.decoder.start(slots.admit(), requests);
      this.decoder.runAhead(slots, options, this.pace);
      const contents = await chunk.readback;
      this.pace.measured(chunk.steps, chunk.submitted, performance.now());
      for (const { place, completion } of this.decoder.ended(chunk.places, contents)) {
        assertFiniteAt(
          completion.logprobs,
          (t) => `completion ${place.request + 1}, token ${t + 1}: the logit of token id ${completion.ids[t]}`,
          (t) => [...requests[place.request]!.prompt, ...completion.ids.slice(0, t)],
        );
        completions[place.request] = completion;
        slots.end(place);
      }
    }
  }

  private check(requests: readonly RolloutRequest[], { maxNew }: SamplingOptions): void {
    const { promptTokens, newTokens } = this.capacity;
    if (maxNew > newTokens) throw new Error(`${maxNew} new tokens requested; this sampler takes at most ${newTokens}`);
    for (const { prompt } of requests)
      if (prompt.length === 0 || prompt.length > promptTokens)
        throw new Error(`a prompt has ${prompt.length} tokens; this sampler takes 1 to ${promptTokens}`);
  }

  destroy(): void {
    this.decoder.destroy();
  }
}
