/**
 * Assignment of rollouts to slots, as far as the host knows from submits and readbacks. A slot with no steps left is free as
 * soon as a readback is submitted, because that readback has its contents.
 */
import { PromptRegions } from './promptRegions';

/** A rollout in its slot. */
export interface Place {
  readonly slot: number;
  /** Index of the request. */
  readonly request: number;
}

/** A new rollout and the region of its prompt; `fresh` if the prompt needs a prefill. */
export interface Admission extends Place {
  readonly region: number;
  readonly fresh: boolean;
}

export class Slots {
  private readonly holding: ({ readonly request: number; stepsLeft: number } | null)[];
  private readonly regions: PromptRegions;
  private waiting = 0;
  private stepsUnread = 0;

  /**
   * @param prefixes tokens of each request that prefill computes: the prompt without its last token
   * @param budget maximum number of steps per rollout
   */
  constructor(
    count: number,
    private readonly prefixes: readonly (readonly number[])[],
    private readonly budget: number,
  ) {
    this.holding = new Array<null>(count).fill(null);
    this.regions = new PromptRegions(count);
  }

  /** Assigns the next requests to the free slots, in order. */
  admit(): Admission[] {
    const admissions: Admission[] = [];
    for (let slot = 0; slot < this.holding.length && this.waiting < this.prefixes.length; slot++) {
      if (this.holding[slot]) continue;
      const request = this.waiting++;
      this.holding[slot] = { request, stepsLeft: this.budget };
      admissions.push({ slot, request, ...this.regions.take(this.prefixes[request]!) });
    }
    return admissions;
  }

  /** Slots with steps left. */
  live(): number[] {
    return this.holding.flatMap((held, slot) => (held && held.stepsLeft > 0 ? [slot] : []));
  }

  /** Steps until the first and until the last live slot uses up its budget; steps since the last submitted readback. */
  steps(): { readonly first: number; readonly last: number; readonly unread: number } {
    const left = this.live().map((slot) => this.holding[slot]!.stepsLeft);
    return { first: Math.min(...left), last: Math.max(0, ...left), unread: this.stepsUnread };
  }

  /** Records that steps of all live slots were submitted. */
  advance(steps: number): void {
    for (const slot of this.live()) this.holding[slot]!.stepsLeft -= steps;
    this.stepsUnread += steps;
  }

  /** Records that a readback was submitted. @returns the rollouts in it */
  read(): Place[] {
    const places = this.holding.flatMap((held, slot) => (held ? [{ slot, request: held.request }] : []));
    for (const { slot } of places) if (this.holding[slot]!.stepsLeft === 0) this.free(slot);
    this.stepsUnread = 0;
    return places;
  }

  /** Records that a rollout has ended, as its readback shows. */
  end({ slot, request }: Place): void {
    if (this.holding[slot]?.request === request) this.free(slot);
  }

  private free(slot: number): void {
    const held = this.holding[slot];
    if (held) this.regions.release(this.prefixes[held.request]!);
    this.holding[slot] = null;
  }
}
