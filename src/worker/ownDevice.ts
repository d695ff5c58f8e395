/** Device of a worker of its own, so that a training keeps its results and its speed. It opens at the first use, and again after a loss. */
import { NoGpuError } from '../gpu/browser';
import type { Device } from '../gpu/device';
import { bounded } from '../quote';
import type { PlayMessage } from './playProtocol';

export interface DeviceSurroundings {
  /** Opens a WebGPU device. @throws NoGpuError */
  readonly open: (onLost: (reason: string) => void) => Promise<Device>;
  readonly openCpu: () => Device;
}

export class LostError extends Error {}

/** An opened device, and a promise that rejects when it is lost. */
export interface Opened {
  readonly device: Device;
  readonly report: Extract<PlayMessage, { readonly type: 'device' }>;
  readonly lost: Promise<never>;
}

export class OwnDevice {
  private opened: Promise<Opened> | null = null;

  constructor(private readonly around: DeviceSurroundings) {}

  async get(): Promise<Opened> {
    this.opened ??= this.open();
    try {
      return await this.opened;
    } catch (error) {
      this.opened = null;
      throw error;
    }
  }

  private async open(): Promise<Opened> {
    let lose: (reason: string) => void = () => {};
    const lost = new Promise<never>((_, reject) => {
      lose = (reason) => {
        this.opened = null;
        reject(new LostError(reason));
      };
    });
    lost.catch(() => {}); // nothing may be using it
    try {
      const device = await this.around.open((reason) => lose(reason));
      return { device, lost, report: { type: 'device', kind: 'webgpu', name: device.name, missing: null } };
    } catch (error) {
      if (!(error instanceof NoGpuError)) throw error;
      const device = this.around.openCpu();
      const missing = { cause: error.reason, message: bounded(error.message) };
      return { device, lost, report: { type: 'device', kind: 'cpu', name: device.name, missing } };
    }
  }
}

/** Time that an error may come before the notice of the loss that caused it. */
const NOTICE_MS = 300;

/** Waits for the notice of a loss that may have caused the error. @throws the loss, or the error itself */
export async function orLoss(error: unknown, lost: Promise<never>): Promise<never> {
  const notice = new Promise<void>((resolve) => setTimeout(resolve, NOTICE_MS));
  if (!(error instanceof LostError)) await Promise.race([notice, lost]);
  throw error;
}
