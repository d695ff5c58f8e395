/**
 * Every shader, in each of its sets of f16 buffers, and with its own constants, through naga: the translator that Firefox runs,
 * to SPIR-V (Linux), Metal (macOS) and HLSL (Windows). `cargo install naga-cli` brings the tool.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyKernel } from '../../src/gpu/kernel';
import { kernels } from '../../src/kernels';
import { withF16Variants } from '../../src/kernels/f16Rewrite';
import { lossKernels } from '../../src/train/losses/kernels';

const all = [...kernels, ...(await lossKernels())];

const run = promisify(execFile);
const TARGETS = ['spv', 'metal', 'hlsl'];

/** Firefox does not offer the feature, so it is never given these. */
const needsSubgroups = ({ wgsl }: AnyKernel) => /\benable\s+subgroups\b/.test(wgsl);

describe('naga translates', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'groupthink-naga-'));
    await run('naga', ['--version']).catch(() => {
      throw new Error('no naga on PATH: cargo install naga-cli');
    });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(withF16Variants(all).filter((kernel) => !needsSubgroups(kernel)))(
    '$name',
    async ({ name, wgsl, constants }) => {
      const base = path.join(folder, name.replace(/\W+/g, '_'));
      const outputs = TARGETS.map((target) => `${base}.${target}`);
      await writeFile(`${base}.wgsl`, wgsl);
      const overrides = Object.entries(constants).flatMap(([key, value]) => ['--override', `${key}=${value}`]);
      await run('naga', [...overrides, '--shader-model', '62', `${base}.wgsl`, ...outputs]);
      for (const output of outputs) expect((await stat(output)).size, output).toBeGreaterThan(100);
    },
  );
});

it('only forms for subgroups of one size are left out', () => {
  const variants = withF16Variants(all);
  expect(variants.filter(needsSubgroups)).toEqual(variants.filter(({ subgroupSize }) => subgroupSize !== undefined));
});
