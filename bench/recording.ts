/** A device that remembers what it was asked to run, so that a step can be accounted for without the step's help. */
import type { Device, Run } from '../src/gpu/device';

export interface Recording {
  readonly device: Device;
  /** What ran since the last call. */
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
