/** A device that records its runs, so that the costs of a step can be counted from outside. */
import type { Device, Run } from '../src/gpu/device';

export interface Recording {
  readonly device: Device;
  /** Runs since the last call. */
  take(): Run[];
}

export function recording(device: Device): Recording {
  let runs: Run[] = [];
  return {
    device: {
      ...device,
      submit(submitted) {
        runs.push(...submitted);
        device.submit(submitted);
      },
      read(ranges, submitted = []) {
        runs.push(...submitted);
        return device.read(ranges, submitted);
      },
    },
    take() {
      const taken = runs;
      runs = [];
      return taken;
    },
  };
}
