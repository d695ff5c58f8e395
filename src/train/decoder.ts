/**
 * Decoder: writes the slots of new rollouts, prefills their prompts, submits chunks of decoding steps, and finds the finished
 * rollouts in each readback. slots.ts assigns rollouts to slots.
 */
import { pack, rowsOf, splitByRows } from '../data/packing';
import { type Device, type DeviceBuffer, type Run, whole } from '../gpu/device';
import type { Plan } from '../graph/plan';
import { type DecodeDynamics, makeDecodePlan } from '../model/decode';
import { type DecodeCapacity, DecodeState, regionRows } from '../model/decodeState';
import type { Model } from '../model/model';
import { Prefill } from '../model/prefill';
import type { Pace } from './pace';
import type { Completion, RolloutRequest, SamplingOptions } from './sampling';
import type { Admission, Place, Slots } from './slots';

/**
 * Minimum number of decoding steps between two readbacks. The last chunk before all budgets end may be almost twice as long.
 * The host sees ends and reassigns slots only between chunks.
 */
const CHUNK_STEPS = 16;
/** Maximum number of decoding steps between two readbacks, forced tokens aside. */
export const MOST_UNREAD_STEPS = 2 * CHUNK_STEPS - 1;

/** Decoding steps with a pending readback. */
export interface Chunk {
  /** Rollouts in the readback. */
  readonly places: readonly Place[];
  readonly steps: number;
  /** Time of the submit, ms. */
  readonly submitted: number;
  /** Slots, completions, log-probabilities, and logits if the capacity keeps them, after the chunk. */
  readonly readback: Promise<ArrayBuffer[]>;
}

/** Counts since the sampler was created. */
export interface SamplerStatistics {
  /** Decoding steps. */
  readonly steps: number;
  /** Sum of rows over all steps; the work of a step grows with its rows. */
  readonly rows: number;
  /** Prompt tokens computed by prefill. */
  readonly prefillTokens: number;
}

/** Tokens of a rollout, the logits of the last ones, [t][V]. */
export interface SampledTokens {
  readonly ids: readonly number[];
  readonly logits: readonly Float32Array[];
}

export class Decoder {
  readonly statistics = { steps: 0, rows: 0, prefillTokens: 0 };

  private constructor(
    private readonly device: Device,
    private readonly state: DecodeState,
    private readonly step: Plan,
    /** Null if all prompts have one token. */
    private readonly prefill: Prefill | null,
    private readonly capacity: DecodeCapacity,
    private readonly ends: readonly number[],
    private readonly vocabulary: number,
  ) {}

  static async create(model: Model, capacity: DecodeCapacity, ends: readonly number[]): Promise<Decoder> {
    const state = new DecodeState(model, capacity, ends);
    // one after the other: autotuning of each needs the device for itself
    const step = await makeDecodePlan(model, state, ends.length);
    const prefill = regionRows(capacity) > 0 ? await Prefill.create(model, state) : null;
    return new Decoder(model.device, state, step, prefill, capacity, ends, model.config.vocab_size);
  }

  /** Writes the slots of new rollouts. Prefills their prompts, all but the last token, unless another rollout did. */
  start(admissions: readonly Admission[], requests: readonly RolloutRequest[]): void {
    const firstRow = ({ region }: Admission) => region * regionRows(this.capacity);
    const fresh = admissions.filter((admission) => admission.fresh);
    const promptOf = ({ request }: Admission) => requests[request]!.prompt;
    if (this.prefill)
      for (const pass of splitByRows(fresh, (admission) => rowsOf(promptOf(admission)), this.prefill.tokens)) {
        const packed = pack(pass.map(promptOf));
        if (packed.tokens === 0) continue;
        const places = pass.flatMap((admission) =>
          Array.from({ length: rowsOf(promptOf(admission)) }, (_, t) => firstRow(admission) + t),
        );
        this.prefill.run({ ...packed, places: Uint32Array.from(places) });
        this.statistics.prefillTokens += packed.tokens;
      }
    for (const run of neighbours(admissions)) {
      const at = run[0]!.slot;
      const write = (buffer: DeviceBuffer, numbers: number, values: (admission: Admission) => number[]) =>
        this.device.write(buffer, Uint32Array.from(run.flatMap(values)), at * numbers * 4);
      write(this.state.slots, 4, ({ request }) => {
        const { prompt, sequence } = requests[request]!;
        return [sequence >>> 0, 0, 0, prompt.length - 1];
      });
      write(this.state.prompts, 2, (admission) => [firstRow(admission), rowsOf(promptOf(admission))]);
      write(this.state.tokens, 1, (admission) => [promptOf(admission).at(-1)!]);
    }
  }

  /**
   * Feeds the forced tokens of new rollouts one by one. Each step computes the distribution of its token as any step does;
   * then the host replaces the sampled token.
   */
  force(admissions: readonly Admission[], requests: readonly RolloutRequest[], options: SamplingOptions): void {
    for (let t = 0; ; t++) {
      const held = admissions.filter(({ request }) => t < (requests[request]!.forced?.length ?? 0));
      if (held.length === 0) return;
      this.device.write(
        this.state.live,
        Uint32Array.from(held, ({ slot }) => slot),
      );
      this.device.submit([{ sequence: this.step.sequence, dynamics: dynamicsOf(held.length, options) }]);
      this.statistics.steps++;
      this.statistics.rows += held.length;
      for (const { slot, request } of held) {
        const { prompt, sequence, forced } = requests[request]!;
        this.device.write(this.state.tokens, Uint32Array.of(forced![t]!), slot * 4);
        this.device.write(this.state.slots, Uint32Array.of(sequence, 0, t + 1, prompt.length + t), slot * 16);
      }
    }
  }

  /** Submits the rest of a chunk and its readback; null if no slot holds a rollout. */
  finishChunk(slots: Slots, options: SamplingOptions, pace: Pace): Chunk | null {
    const { last, unread } = slots.steps();
    const steps = last + unread < 2 * CHUNK_STEPS ? last : CHUNK_STEPS - unread;
    if (steps + unread === 0) return null;
    const submitted = performance.now();
    const run = this.advance(slots, steps, options, pace);
    const { slots: rows, completions, logprobs, kept } = this.state;
    const read = [rows, completions, logprobs, ...(kept ? [kept] : [])];
    const readback = this.device.read(read.map(whole), run ? [run] : []);
    readback.catch(() => {}); // the caller sees a failure when it awaits the chunk
    return { places: slots.read(), steps: steps + unread, submitted, readback };
  }

  /** Submits the first steps of the next chunk, so that the GPU stays busy during a readback. */
  runAhead(slots: Slots, options: SamplingOptions, pace: Pace): void {
    const steps = Math.min(slots.steps().last, pace.stepsAhead(), CHUNK_STEPS - 1);
    const run = this.advance(slots, steps, options, pace);
    if (run) this.device.submit([run]);
  }

  /**
   * Advances the live slots by `steps`. Splits them into runs at the limit of the pace and at the end of a slot's budget;
   * later runs leave that slot out. Submits all runs but the last. @returns the last run
   */
  private advance(slots: Slots, steps: number, options: SamplingOptions, pace: Pace): Run | null {
    let run: Run | null = null;
    for (let left = steps; left > 0; ) {
      if (run) this.device.submit([run]);
      const live = slots.live();
      const repeat = Math.min(left, slots.steps().first, pace.stepsPerSubmit());
      this.device.write(this.state.live, Uint32Array.from(live));
      run = { sequence: this.step.sequence, dynamics: dynamicsOf(live.length, options), repeat };
      this.statistics.steps += repeat;
      this.statistics.rows += repeat * live.length;
      slots.advance(repeat);
      left -= repeat;
    }
    return run;
  }

  /** Finished rollouts of a chunk, from its readback. */
  ended(places: readonly Place[], contents: readonly ArrayBuffer[]): { place: Place; completion: Completion }[] {
    const [slots, allIds] = contents.slice(0, 2).map((bytes) => new Uint32Array(bytes)) as [Uint32Array, Uint32Array];
    const allLogprobs = new Float32Array(contents[2]!);
    return places.flatMap((place) => {
      const [done, length] = [slots[place.slot * 4 + 1]!, slots[place.slot * 4 + 2]!];
      if (done === 0) return [];
      const base = place.slot * this.capacity.newTokens;
      const ids = [...allIds.subarray(base, base + length)];
      const logprobs = allLogprobs.slice(base, base + length);
      return [{ place, completion: { ids, logprobs, ended: this.ends.includes(ids.at(-1)!) } }];
    });
  }

  /** Tokens of a rollout so far, with the logits of those from token `first` on, from a readback of kept logits. */
  sampled({ slot }: Place, first: number, contents: readonly ArrayBuffer[]): SampledTokens {
    const { newTokens, keptSteps = 0 } = this.capacity;
    const length = new Uint32Array(contents[0]!)[slot * 4 + 2]!;
    const V = this.vocabulary;
    const logits = Array.from({ length: length - first }, (_, i) => {
      const at = slot * keptSteps + ((first + i) % keptSteps);
      return new Float32Array(contents[3]!, at * V * 4, V).slice();
    });
    return { ids: [...new Uint32Array(contents[1]!, slot * newTokens * 4, length)], logits };
  }

  destroy(): void {
    this.step.destroy();
    this.prefill?.destroy();
    this.state.destroy();
  }
}

const dynamicsOf = (rows: number, { temperature, seed, topK, topP, minP, maxNew }: SamplingOptions) =>
  ({
    rows,
    seed: seed >>> 0,
    inverseTemperature: temperature === 0 ? 0 : 1 / temperature,
    topK,
    topP,
    minP,
    maxNew,
  }) satisfies DecodeDynamics;

/** Groups adjacent slots, so that one write covers them. */
function neighbours(admissions: readonly Admission[]): Admission[][] {
  const runs: Admission[][] = [];
  for (const admission of admissions) {
    const run = runs.at(-1);
    if (run && run.at(-1)?.slot === admission.slot - 1) run.push(admission);
    else runs.push([admission]);
  }
  return runs;
}
