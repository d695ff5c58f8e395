/** How a driver is found, and that nobody hears of the search. */
import { execFile } from 'node:child_process';
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openNodeDevice } from './node';
import { withStderrHeld } from './stderr';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the driver', () => {
  it('is printed by a command, which writes nothing to stderr', async () => {
    const args = ['--import', 'tsx', '--import', './tools/wgsl-hook.mjs', 'tools/driver.ts'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stdout).toMatch(/^driver: WebGPU: .+\n$/);
    expect(stderr).toBe('');
  });

  it('is refused by a name that stands for none', async () => {
    const before = process.env.GROUPTHINK_DRIVER;
    process.env.GROUPTHINK_DRIVER = 'nvidia';
    try {
      await expect(openNodeDevice()).rejects.toThrow('GROUPTHINK_DRIVER is "nvidia": it takes bundled or system');
    } finally {
      if (before === undefined) delete process.env.GROUPTHINK_DRIVER;
      else process.env.GROUPTHINK_DRIVER = before;
    }
  });
});

describe.skipIf(process.platform === 'win32')('what native code writes to stderr', () => {
  it('is held while the action runs', async () => {
    const held = await withStderrHeld(async () => writeSync(2, 'a warning\n'));
    expect(held).toEqual({ result: 10, text: 'a warning\n' });
  });

  it('goes where it went before after an action that throws', async () => {
    const failing = () =>
      withStderrHeld(async () => {
        throw new Error('no');
      });
    const around = await withStderrHeld(async () => {
      await expect(failing()).rejects.toThrow('no');
      writeSync(2, 'after');
    });
    expect(around.text).toBe('after');
  });
});
