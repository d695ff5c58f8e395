/** Tuning cache of one run: remembers the kernel variants that the run uses, so that a continued run uses the same. */
import type { TuningCache } from '../../gpu/tuningCache';

export class KernelChoices implements TuningCache {
  private readonly used = new Map<string, string>();
  private readonly fixed = new Map<string, string>();

  constructor(private readonly cache: TuningCache) {}

  // properties, because devices pass the functions on without their object
  readonly get = (key: string): string | undefined => {
    const value = this.fixed.get(key) ?? this.cache.get(key);
    if (value !== undefined) this.used.set(key, value);
    return value;
  };

  readonly set = (key: string, value: string): void => {
    this.used.set(key, value);
    this.cache.set(key, value);
  };

  /** Choices used so far. */
  get entries(): Record<string, string> {
    return Object.fromEntries(this.used);
  }

  /** Prefers these choices to the cache's. Call before the run opens its plans. */
  fix(choices: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(choices)) this.fixed.set(key, value);
  }
}
