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
import { Decoder, MOST_UNREAD_STEPS, type SamplerStatistics } from './decoder';
import { assertFiniteAt } from './nonFiniteError';
import { Pace } from './pace';
import type { Completion, RolloutRequest, SamplingOptions, StreamedTokens } from './sampling';
import { type Admission, type Place, Slots } from './slots';

/** Maximum number of slots; more sequences wait for a free slot. */
export const MOST_SLOTS = 256;

/** A readback: rollouts in it, its contents, and those rollouts that ended. */
interface DecodedChunk {
  readonly places: readonly Place[];
  readonly contents: readonly ArrayBuffer[];
  readonly ended: ReturnType<Decoder['ended']>;
}

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

  /**
   * Generates the completions of the requests, in their order.
   * @param onEnded receives the number of completions that have ended, after each readback
   * @throws NonFiniteError if a logit is not finite
   */
  async generate(
    requests: readonly RolloutRequest[],
    options: SamplingOptions,
    onEnded: (count: number) => void = () => {},
  ): Promise<Completion[]> {
    if (requests.some(({ forced }) => forced)) throw new Error('generate takes no forced tokens; use stream');
    const completions: Completion[] = [];
    let count = 0;
    for await (const { ended } of this.chunks(requests, options)) {
      for (const { place, completion } of ended) completions[place.request] = completion;
      count += ended.length;
      onEnded(count);
    }
    return completions;
  }

  /**
   * Generates the same completions, and yields the new tokens of each after every readback. A caller that stops pulling
   * leaves the sampler ready for other requests.
   * @throws as `generate`
   */
  async *stream(requests: readonly RolloutRequest[], options: SamplingOptions): AsyncGenerator<StreamedTokens, void> {
    this.checkStream(requests, options);
    const seen = requests.map(() => 0);
    for await (const { places, contents, ended } of this.chunks(requests, options))
      for (const place of places) {
        const { request } = place;
        const { forced = [] } = requests[request]!;
        const first = seen[request]!;
        const { ids: all, logits } = this.decoder.sampled(place, first, contents);
        if (all.length === first) continue;
        const ids = [...forced, ...all.slice(forced.length)];
        seen[request] = ids.length;
        const completion = ended.find((one) => one.place.request === request)?.completion ?? null;
        yield { request, first, ids: ids.slice(first), logits, completion: completion && { ...completion, ids } };
      }
  }

  /** Decodes the requests, and yields each readback with the rollouts that ended in it. */
  private async *chunks(
    requests: readonly RolloutRequest[],
    options: SamplingOptions,
  ): AsyncGenerator<DecodedChunk, void> {
    this.check(requests, options);
    const start = (admissions: readonly Admission[]) => {
      this.decoder.start(admissions, requests);
      this.decoder.force(admissions, requests, options);
    };
    const prefixes = requests.map(({ prompt }) => prompt.slice(0, -1));
    const slots = new Slots(this.capacity.slots, prefixes, options.maxNew);
    for (;;) {
      start(slots.admit());
      const chunk = this.decoder.finishChunk(slots, options, this.pace);
      if (!chunk) return;
      start(slots.admit());
      this.decoder.runAhead(slots, options, this.pace);
      const contents = await chunk.readback;
      this.pace.measured(chunk.steps, chunk.submitted, performance.now());
      const ended = this.decoder.ended(chunk.places, contents);
      for (const { place, completion } of ended) {
        assertFiniteAt(
          completion.logprobs,
          (t) => `completion ${place.request + 1}, token ${t + 1}: the logit of token id ${completion.ids[t]}`,
          (t) => [...requests[place.request]!.prompt, ...completion.ids.slice(0, t)],
        );
        slots.end(place);
      }
      yield { places: chunk.places, contents, ended };
    }
  }

  private check(requests: readonly RolloutRequest[], { maxNew }: SamplingOptions): void {
    const { promptTokens, newTokens } = this.capacity;
    if (maxNew > newTokens) throw new Error(`${maxNew} new tokens requested; this sampler takes at most ${newTokens}`);
    for (const { prompt } of requests)
      if (prompt.length === 0 || prompt.length > promptTokens)
        throw new Error(`a prompt has ${prompt.length} tokens; this sampler takes 1 to ${promptTokens}`);
  }

  private checkStream(requests: readonly RolloutRequest[], { maxNew }: SamplingOptions): void {
    const longest = Math.max(...requests.map(({ forced }) => forced?.length ?? 0));
    const { keptSteps = 0 } = this.capacity;
    if (keptSteps < MOST_UNREAD_STEPS + longest)
      throw new Error(
        `stream needs the logits of ${MOST_UNREAD_STEPS + longest} steps; this sampler keeps ${keptSteps}`,
      );
    if (longest >= maxNew) throw new Error(`${longest} forced tokens leave none of ${maxNew} to sample`);
  }

  destroy(): void {
    this.decoder.destroy();
  }
}
