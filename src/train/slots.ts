/**
 * Which rollout each slot holds, as far as the host knows: what has been submitted, and what readbacks have told of ends.
 * A slot whose budget of steps is used up is free once a readback is submitted: what it holds is on its way then.
 */
import { PromptRegions } from './promptRegions';

/** A rollout in its slot. */
export interface Place {
  readonly slot: number;
  /** Index of the request. */
  readonly request: number;
}

/** A rollout that starts, and the region of its prompt; `fresh` where the prompt is still to be computed. */
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
   * @param prefixes of every request, what is computed ahead of its prompt
   * @param budget steps that a rollout may take
   */
  constructor(
    count: number,
    private readonly prefixes: readonly (readonly number[])[],
    private readonly budget: number,
  ) {
    this.holding = new Array<null>(count).fill(null);
    this.regions = new PromptRegions(count);
  }

  /** Free slots take the next requests, in order. */
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

  /** Slots that may still draw. */
  live(): number[] {
    return this.holding.flatMap((held, slot) => (held && held.stepsLeft > 0 ? [slot] : []));
  }

  /** Steps until the budget of the first live slot ends, and of the last; steps since a readback was submitted. */
  steps(): { readonly first: number; readonly last: number; readonly unread: number } {
    const left = this.live().map((slot) => this.holding[slot]!.stepsLeft);
    return { first: Math.min(...left), last: Math.max(0, ...left), unread: this.stepsUnread };
  }

  /** Steps of all live slots were submitted. */
  advance(steps: number): void {
    for (const slot of this.live()) this.holding[slot]!.stepsLeft -= steps;
    this.stepsUnread += steps;
  }

  /** A readback is submitted: the rollouts that it tells of. */
  read(): Place[] {
    const places = this.holding.flatMap((held, slot) => (held ? [{ slot, request: held.request }] : []));
    for (const { slot } of places) if (this.holding[slot]!.stepsLeft === 0) this.free(slot);
    this.stepsUnread = 0;
    return places;
  }

  /** A readback told that the rollout has ended. */
  end({ slot, request }: Place): void {
    if (this.holding[slot]?.request === request) this.free(slot);
  }

  private free(slot: number): void {
    const held = this.holding[slot];
    if (held) this.regions.release(this.prefixes[held.request]!);
    this.holding[slot] = null;
  }
}
