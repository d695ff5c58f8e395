/**
 * Sync of the reference with the policy: every N steps, after the step's last update, ref ← α·policy + (1 − α)·ref. Order and
 * formula are those of TRL's SyncRefModelCallback (release 1.16.0), except that TRL counts optimizer updates instead of steps.
 * With μ > 1, all updates on a batch use the same reference, as in TRL, which scores the reference once per batch.
 */
import type { Device } from '../gpu/device';
import { Graph } from '../graph/graph';
import { makePlan, type Plan } from '../graph/plan';
import { mix } from '../kernels/mix';
import { type Arena, arenaSlices } from '../model/parameters';

export interface ReferenceSyncOptions {
  /** N, steps between two syncs. */
  readonly every: number;
  /** α, share of the policy. */
  readonly alpha: number;
}

export class ReferenceSync {
  private constructor(
    private readonly device: Device,
    private readonly plan: Plan,
    private readonly every: number,
  ) {}

  static async create(
    device: Device,
    { weights, reference }: { readonly weights: Arena; readonly reference: Arena },
    { every, alpha }: ReferenceSyncOptions,
  ): Promise<ReferenceSync> {
    const graph = new Graph();
    for (const slice of arenaSlices(weights.table, device)) {
      const { count } = slice;
      const flat = (arena: Arena) => graph.external(arena.label, [count], arena.slice(slice), arena.dtype);
      graph.dispatch('reference sync', mix, { source: flat(weights), follower: flat(reference) }, { count, alpha });
    }
    return new ReferenceSync(device, await makePlan(device, graph), every);
  }

  /** Syncs if it is due. @param step finished step, from 1. @returns true if the reference changed */
  stepEnded(step: number): boolean {
    const due = step % this.every === 0;
    if (due) this.device.submit([{ sequence: this.plan.sequence }]);
    return due;
  }

  destroy(): void {
    this.plan.destroy();
  }
}
