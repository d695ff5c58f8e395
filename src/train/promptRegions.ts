/**
 * Which prompt stands in which region of the caches. Rollouts of one prompt share a region, however far apart they start; a
 * prompt stays after its last rollout until its region is wanted for another.
 */
export class PromptRegions {
  /** Oldest first. */
  private readonly held = new Map<string, { readonly region: number; users: number }>();

  /** @param count at least as many as rollouts go on side by side */
  constructor(private readonly count: number) {}

  /** A region for the prompt; `fresh` where its keys and values are still to be computed. */
  take(prompt: readonly number[]): { readonly region: number; readonly fresh: boolean } {
    const key = prompt.join();
    const held = this.held.get(key);
    if (held) {
      held.users++;
      return { region: held.region, fresh: false };
    }
    const region = this.held.size < this.count ? this.held.size : this.vacate();
    this.held.set(key, { region, users: 1 });
    return { region, fresh: true };
  }

  /** One rollout fewer reads the prompt. */
  release(prompt: readonly number[]): void {
    const held = this.held.get(prompt.join());
    if (held) held.users--;
  }

  private vacate(): number {
    for (const [key, { region, users }] of this.held)
      if (users === 0) {
        this.held.delete(key);
        return region;
      }
    throw new Error(`${this.count} prompts are in use at once; no region is left`);
  }
}
