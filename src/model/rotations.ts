/** The rotary table on a device. */
import type { Device, DeviceBuffer } from '../gpu/device';
import { ropeRotations } from '../kernels/rope';
import { type ModelConfig, rotaryDim } from './config';

/** cos and sin of positions 0 … length − 1, [length, R/2, 2]; one pair where no channel turns. */
export function rotationsBuffer(device: Device, config: ModelConfig, length: number): DeviceBuffer {
  const rotations = ropeRotations(length, rotaryDim(config), config.rope_theta);
  const buffer = device.createBuffer('rotations', Math.max(16, Math.ceil(rotations.byteLength / 16) * 16));
  if (rotations.length > 0) device.write(buffer, rotations);
  return buffer;
}
