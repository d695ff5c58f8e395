/** Inspection of a stored rollout in a worker: forward passes under the weights of a checkpoint, on a device of its own. */
import { NoGpuError } from '../gpu/browser';
import type { Device } from '../gpu/device';
import { inspectStored, openInspection, type StoredInspection } from '../lab/stored/inspected';
import type { TracePlace } from '../lab/traces/traceIndex';
import { type CheckpointInfo, listCheckpoints } from '../runs/checkpoints';
import type { Files } from '../runs/files';
import { RunFolder } from '../runs/runFolder';

/** Parts of the browser that an inspection uses. */
export interface InspectSurroundings {
  /** @throws NoGpuError */
  readonly openGpu: (onLost: (reason: string) => void) => Promise<Device>;
  readonly openCpu: () => Device;
}

/** Most multiplications of one pass that the CPU does while a person waits: parameters times tokens. */
const MOST_CPU_WORK = 2e8;

/**
 * Checkpoint whose weights are the nearest to those that wrote a step: the newest of the steps before it, else the first after
 * it. The base and SFT come before GRPO.
 */
export function checkpointFor(checkpoints: readonly CheckpointInfo[], step: number): CheckpointInfo | null {
  const stepsOf = ({ stage, step: taken }: CheckpointInfo) => (stage === 'grpo' ? taken : 0);
  const byStep = [...checkpoints].sort((a, b) => stepsOf(a) - stepsOf(b) || a.step - b.step);
  return byStep.findLast((one) => stepsOf(one) < step) ?? byStep[0] ?? null;
}

export class TraceInspector {
  private device: Promise<Device> | null = null;
  /** True if the device is the CPU, because there is no GPU. */
  private isCpu = false;
  /** One inspection at a time. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly around: InspectSurroundings) {}

  private open(): Promise<Device> {
    this.device ??= this.around
      .openGpu(() => {
        this.device = null;
      })
      .catch((error: unknown) => {
        if (!(error instanceof NoGpuError)) throw error;
        this.isCpu = true;
        return this.around.openCpu();
      });
    this.device.catch(() => {
      this.device = null;
    });
    return this.device;
  }

  /** @throws naming what the run lacks, or why the device cannot do it */
  inspect(files: Files, place: TracePlace): Promise<StoredInspection> {
    const next = this.last.catch(() => {}).then(() => this.now(files, place));
    this.last = next;
    return next;
  }

  private async now(files: Files, place: TracePlace): Promise<StoredInspection> {
    const { checkpoints } = await listCheckpoints(files);
    const found = checkpointFor(checkpoints, place.step);
    if (!found) throw new Error('this run has no checkpoint: its weights are lost');
    const opened = await openInspection(await RunFolder.open(files), place, found.name);
    const device = await this.open();
    if (this.isCpu) {
      const { model } = opened.stored.checkpoint;
      const parameters = [...model.values()].reduce((sum, { data }) => sum + data.length, 0);
      const { ids } = opened.input.event.groups[place.group]!.rollouts[place.rollout]!;
      if (parameters * ids.length > MOST_CPU_WORK)
        throw new Error(
          'there is no WebGPU here, and this model is too large for the CPU; open the page where there is a GPU',
        );
    }
    return inspectStored(device, opened);
  }
}
