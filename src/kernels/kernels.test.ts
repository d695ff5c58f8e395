/** Conformance of every kernel case on Dawn and the CPU device, and of every record with its WGSL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WgslReflect } from 'wgsl_reflect';
import { bothDevices } from '../gpu/bothDevices.fixture';
import type { Device } from '../gpu/device';
import type { Binding } from '../gpu/kernel';
import { lossKernels } from '../train/losses/kernels';
import { expected, trialsOf, tryKernel } from './conformance';
import { withF16Variants } from './f16Rewrite';
import { kernels as others } from './index';

const kernels = [...others, ...(await lossKernels())];

describe.each(bothDevices)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  it.each(trialsOf(withF16Variants(kernels)))('$name', async (trial) => {
    expect(await tryKernel(device, trial)).toBeNull();
  });
});

describe('the cases', () => {
  it.each(trialsOf(kernels))('$name changes an output of the kernel', (trial) => {
    const after = expected(trial);
    const changed = Object.keys(after).some((name) =>
      after[name]!.some((value, i) => value !== trial.case.buffers[name]![i]),
    );
    expect(changed).toBe(true);
  });
});

describe.each(kernels.map((kernel) => [kernel.name, kernel] as const))('the record of %s', (_, kernel) => {
  const wgsl = new WgslReflect(kernel.wgsl);

  it('names the bindings of the shader in order', () => {
    const [group] = wgsl.getBindGroups();
    const shader = (group ?? []).slice(1).map((resource) => ({
      name: resource.name,
      access: resource.access === 'read' ? 'read' : 'read_write',
      element: (resource.type as unknown as { format: { name: string } }).format.name,
    }));
    const record = (Object.entries(kernel.bindings) as [string, Binding][]).map(([name, binding]) => ({
      name,
      access: binding.access === 'read' ? 'read' : 'read_write',
      element: binding.element,
    }));
    expect(shader).toEqual(record);
    expect(shader.length).toBeLessThanOrEqual(8);
  });

  it('names the fields of the uniform struct in order', () => {
    const params = wgsl.structs.find((struct) => struct.name === 'Params');
    expect(params?.members.map((member) => [member.name, member.type.name])).toEqual(Object.entries(kernel.params));
    expect(params?.members.map((member) => member.offset)).toEqual(Object.keys(kernel.params).map((__, i) => i * 4));
  });

  it('names the override constants, and cases set only those', () => {
    const names = wgsl.overrides.map((override) => override.name).sort();
    expect(names).toEqual(Object.keys(kernel.constants).sort());
    for (const trial of kernel.cases)
      for (const name of Object.keys(trial.constants ?? {})) expect(names).toContain(name);
  });
});
