/** Error of a device that has no memory left. */
import { mebibytes } from '../units';

/** A buffer could not be made. The buffers before it stay valid. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';

  /**
   * @param label of the buffer, or the device's own words
   * @param bytes size of the buffer
   * @param available bytes that the device held when it refused
   */
  constructor(
    label: string,
    bytes: number,
    readonly available: number,
  ) {
    super(
      `the device has no memory for ${label} (${mebibytes(bytes)}) beside ${mebibytes(available)}; ` +
        'choose a smaller model, or shorter or fewer sequences at a time',
    );
  }
}

/** True for an out-of-memory error of WebGPU; Node has no global class for it. */
export const isOutOfMemory = (error: GPUError): boolean => error.constructor.name === 'GPUOutOfMemoryError';
