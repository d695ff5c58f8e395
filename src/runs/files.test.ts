/** Files of runs in memory and on disk; e2e/runs.test.ts runs the same contract in a browser. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { contracts } from './contract.fixture';
import { memoryFiles } from './memoryFiles';
import { nodeFiles } from './nodeFiles';

const places = {
  'a folder on disk': () => nodeFiles(mkdtempSync(path.join(os.tmpdir(), 'groupthink-files-'))),
  memory: () => memoryFiles(),
  'memory that moves files one by one': () => memoryFiles({ movesOneByOne: true }),
};

describe.each(Object.entries(places))('%s', (_, open) => {
  it.each(contracts)('$name', async ({ check }) => {
    await expect(check(open())).resolves.toBeUndefined();
  });
});
