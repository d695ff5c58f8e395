/**
 * Every importer against mutated files. Each file is refused with a short, useful message, or is read as written, within a
 * second and bounded memory. `npm run fuzz` tries more files.
 */
import { describe, expect, it } from 'vitest';
import { faultOfSeed } from './target.fixture';
import { targets } from './targets.fixture';

const FILES = 100;

describe.each(targets)('$name', (target) => {
  it('accepts the sample and reads it as written', async () => {
    expect(await target.attempt(null).run()).toBeNull();
  });

  it('refuses clearly or reads as written', async () => {
    const faults: string[] = [];
    for (let seed = 0; seed < FILES * (target.share ?? 1); seed++) {
      const fault = await faultOfSeed(target, seed);
      if (fault) faults.push(`seed ${seed}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });
});
