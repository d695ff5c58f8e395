/** Error of a device that has no memory left, and the error scopes that find it. */
import { mebibytes } from '../units';
import type { Wait } from './readbacks';

/** A buffer could not be made. The buffers before it stay valid. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  /** Buffer and sizes, without advice. */
  readonly what: string;

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
    const what = `the device has no memory for ${label} (${mebibytes(bytes)}) beside ${mebibytes(available)}`;
    super(`${what}; choose a smaller model, or shorter or fewer sequences at a time`);
    this.what = what;
  }
}

/** True for an out-of-memory error of WebGPU; Node has no global class for it. */
const isOutOfMemory = (error: GPUError): boolean => error.constructor.name === 'GPUOutOfMemoryError';

/** Failure of a WebGPU device, for the next call. A refused buffer explains the validation errors that its use causes. */
export class DeviceFailure {
  private error: Error | null = null;
  /** Validation error that came while scopes were pending: perhaps from the use of a refused buffer. */
  private deferred: Error | null = null;
  private outOfMemory = false;
  private pending = 0;
  /** Resolves when the scopes of all buffers so far have closed. */
  private closed: Promise<void> = Promise.resolve();

  constructor(
    private readonly device: GPUDevice,
    private readonly wait: Wait,
  ) {}

  /** Creates a buffer in a scope. @param refused error if the device has no memory for it */
  createBuffer(descriptor: GPUBufferDescriptor, refused: OutOfMemoryError): GPUBuffer {
    this.device.pushErrorScope('out-of-memory');
    const buffer = this.device.createBuffer(descriptor);
    this.pending++;
    const close = (error: GPUError | null) => {
      if (error) this.exhausted(refused);
      this.pending--;
      if (this.pending === 0 && this.deferred && !this.outOfMemory) this.error ??= this.deferred;
    };
    // a lost device reports itself
    this.closed = this.wait(this.device.popErrorScope()).then(close, () => close(null));
    return buffer;
  }

  private exhausted(error: OutOfMemoryError): void {
    if (!this.outOfMemory) this.error ??= error;
    this.outOfMemory = true;
  }

  /** Receives an error outside of scopes. @param available bytes that the device holds */
  uncaptured(error: GPUError, available: number): void {
    if (isOutOfMemory(error)) this.exhausted(new OutOfMemoryError(error.message, 0, available));
    else if (this.pending > 0) this.deferred ??= new Error(error.message);
    else if (!this.outOfMemory) this.error ??= new Error(error.message);
  }

  /** Notes that the device is lost. */
  lost(message: string): void {
    this.error ??= new Error(message);
  }

  /** @throws the failure; an OutOfMemoryError once, because the other buffers can still be read and saved */
  throwIfAny(): void {
    const { error } = this;
    if (error instanceof OutOfMemoryError) this.error = null;
    if (error !== null) throw error;
  }

  /** Waits until the buffers so far are known to exist. @throws the failure */
  async settled(): Promise<void> {
    await this.closed;
    this.throwIfAny();
  }
}
