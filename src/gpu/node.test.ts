/** Search for a driver, which writes nothing to the terminal. */
import { execFile } from 'node:child_process';
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openNodeDevice } from './node';
import { withStderrHeld } from './stderr';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the driver', () => {
  it('is printed by npm run driver, which writes nothing to stderr', async () => {
    const args = ['--import', 'tsx', '--import', './tools/wgsl-hook.mjs', 'tools/driver.ts'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stdout).toMatch(/^driver: WebGPU: .+\n$/);
    expect(stderr).toBe('');
  });

  it('is rejected if GROUPTHINK_DRIVER names no driver', async () => {
    const before = process.env.GROUPTHINK_DRIVER;
    process.env.GROUPTHINK_DRIVER = 'nvidia';
    try {
      await expect(openNodeDevice()).rejects.toThrow('GROUPTHINK_DRIVER is "nvidia"; use bundled or system');
    } finally {
      if (before === undefined) delete process.env.GROUPTHINK_DRIVER;
      else process.env.GROUPTHINK_DRIVER = before;
    }
  });
});

describe.skipIf(process.platform === 'win32')('stderr of native code', () => {
  it('is held while the action runs', async () => {
    const held = await withStderrHeld(async () => writeSync(2, 'a warning\n'));
    expect(held).toEqual({ result: 10, text: 'a warning\n' });
  });

  it('goes to the terminal again after an action that throws', async () => {
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
