/**
 * Assignment of prompts to regions of the KV cache. Rollouts of one prompt share a region, however far apart they start. After
 * its last rollout a prompt stays until another prompt needs the region.
 */
export class PromptRegions {
  /** Regions in use or still filled, oldest first. */
  private readonly held = new Map<string, { readonly region: number; users: number }>();

  /** @param count number of regions, at least the number of slots */
  constructor(private readonly count: number) {}

  /** Takes a region for the prompt; `fresh` if the prompt needs a prefill. */
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

  /** Records that one rollout of the prompt has ended. */
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
    throw new Error(`all ${this.count} prompt regions are in use; open the sampler with more slots`);
  }
}
