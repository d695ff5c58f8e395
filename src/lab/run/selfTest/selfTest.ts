/**
 * Self-test before the first step: the kernels of a run compute one tiny training step on the device, and the test compares
 * their outputs with the plain-loop references. The tuning cache remembers a pass, together with the tested shaders.
 */
import type { Device, Dispatch } from '../../../gpu/device';
import { mismatchOf } from '../../../graph/variants/selfTest';
import { hash } from '../../../random';
import { LAB_VERSION } from '../../../version';
import type { Session } from '../session';
import { recordTrials, type TrialSetup } from './recording';
import { type Mismatch, runTrials } from './trials';

type Pipeline = Pick<Dispatch, 'kernel' | 'constants'>;

/** The device computes something else than the references, so its training results would be wrong. */
export class SelfTestError extends Error {
  constructor(device: string, faults: readonly string[]) {
    super(
      `self-test: ${device} computes wrong: ${bounded(faults)}. Nothing was trained. ` +
        'Update the browser or the GPU driver, choose another adapter, or train on the CPU',
    );
  }
}

/** Maximum number of kernels that an error names. */
const MOST_NAMED = 3;
const bounded = (faults: readonly string[]): string =>
  [
    ...faults.slice(0, MOST_NAMED),
    ...(faults.length > MOST_NAMED ? [`and ${faults.length - MOST_NAMED} more kernels`] : []),
  ].join('; ');

const figure = (value: number): string => Number(value.toPrecision(3)).toString();

export const describeMismatch = ({ kernel, label, buffer, index, ...figures }: Mismatch): string => {
  const { got, expected, error, limit, wrong, count } = figures;
  return (
    `${kernel} (${label}): ${buffer}[${index}] is ${figure(got)}, the reference ${figure(expected)}; ` +
    `largest difference ${figure(error)} of the largest number, allowed ${figure(limit)}; ${wrong} of ${count} numbers differ`
  );
};

const pipelineKey = ({ kernel, constants }: Pipeline): string =>
  JSON.stringify([kernel.name, Object.entries(constants).sort()]);

function distinct<T extends Pipeline>(pipelines: readonly T[]): Map<string, T> {
  return new Map(pipelines.map((pipeline) => [pipelineKey(pipeline), pipeline]));
}

/** Faults by kernel name: the first mismatch of each kernel. Empty if all kernels are correct. */
export async function selfTestFaults(
  device: Device,
  session: TrialSetup,
  dispatches: readonly Pipeline[],
): Promise<Map<string, string>> {
  const trials = await recordTrials(session);
  const faults = new Map<string, string>();
  for (const mismatch of await runTrials(device, trials))
    if (!faults.has(mismatch.kernel)) faults.set(mismatch.kernel, describeMismatch(mismatch));
  // pipelines that the tiny step does not use run their kernel's own cases
  const tried = distinct(trials);
  for (const [key, { kernel }] of distinct(dispatches)) {
    if (tried.has(key) || faults.has(kernel.name)) continue;
    const mismatch = await mismatchOf(device, kernel);
    if (mismatch !== null) faults.set(kernel.name, `${kernel.name}: ${mismatch}`);
  }
  return faults;
}

/** Cache key of a pass: the lab's version, shaders, their grids and constants, the model's widths, and the browser. */
function keyOf({ model: { config } }: TrialSetup, dispatches: readonly Pipeline[]): string {
  const pipelines = [...distinct(dispatches)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { kernel }]) => [key, kernel.wgsl, String(kernel.workgroups), String(kernel.reference)]);
  const { num_hidden_layers: _, max_position_embeddings: __, ...widths } = config;
  const browser = globalThis.navigator?.userAgent ?? '';
  return `self-test ${hash(JSON.stringify([LAB_VERSION, pipelines, widths, browser])).toString(36)}`;
}

const PASSED = 'passed';

/**
 * Tests the device, unless the tuning cache has a pass.
 * @param dispatches all dispatches of the run
 * @throws SelfTestError with kernels and figures
 */
export async function selfTest(
  session: TrialSetup & Pick<Session, 'tuningCache'>,
  dispatches: readonly Pipeline[],
): Promise<void> {
  const { device, tuningCache } = session;
  if (device.kind !== 'webgpu') return; // the CPU device is the reference
  const key = keyOf(session, dispatches);
  if (tuningCache?.get(key) === PASSED) return;
  const faults = await selfTestFaults(device, session, dispatches);
  if (faults.size > 0) throw new SelfTestError(device.name, [...faults.values()]);
  tuningCache?.set(key, PASSED);
}
