/**
 * Reopening of a lost device: the run continues from its last checkpoint on a new one, up to three times in ten minutes. The
 * terminal and the worker both train through it.
 */
import type { Device } from '../../gpu/device';
import { type Files, messageOf } from '../../runs/files';
import { type Continuation, continueStored } from './continuation';

const MOST_REOPENINGS = 3;
const REOPENING_WINDOW_MS = 600_000;
/** Pauses before the tries of one reopening: a driver, a GPU process or a computer that slept needs a moment to start again. */
const PAUSES_MS = [1000, 2000, 4000, 8000];
/** Time that an error may come before the notice of the loss that caused it. */
const NOTICE_MS = 250;
/** Time in which a run must fail after the loss of its device. */
const GRACE_MS = 30_000;

/** The device was lost, and it is not opened again. The stored run can continue later. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
}

/** Counts attempts within a window of time. */
export class Attempts {
  private readonly times: number[] = [];

  /** @param now clock in ms */
  constructor(
    private readonly most = MOST_REOPENINGS,
    private readonly windowMs = REOPENING_WINDOW_MS,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes an attempt. @returns its number within the window, from 1; null if none is left */
  take(): number | null {
    const now = this.now();
    while (this.times.length > 0 && now - this.times[0]! >= this.windowMs) this.times.shift();
    return this.times.length < this.most ? this.times.push(now) : null;
  }
}

/** Folder, recipe and place from which a run computes. */
export type Start = Pick<Continuation, 'folder' | 'recipe' | 'from'>;

/** Start of the first attempt; a function makes it on the device, whose name a new run notes. */
export type FirstStart = Start | ((device: Device) => Promise<Start>);

/** Reopening that is about to begin. */
export interface Reopening {
  /** Message of the loss. */
  readonly reason: string;
  /** Number of the attempt within the window, from 1. */
  readonly attempt: number;
  readonly most: number;
  /** Place from which the run continues; its events after that are dropped. */
  readonly continuation: Continuation;
}

export interface ReopenOptions<T> {
  /** Opens a device, which calls `onLost` once if it is lost. */
  readonly open: (onLost: (reason: string) => void) => Promise<Device>;
  /** Runs on a device to the end or to a stop. It must fail, and write no more, once its device is lost. */
  readonly run: (device: Device, start: Start) => Promise<T>;
  /** Called before each reopening; the run waits for it. */
  readonly onReopen?: (reopening: Reopening) => void | Promise<void>;
  /** If aborted, a lost device is not opened again. */
  readonly stop?: AbortSignal | undefined;
  readonly attempts?: Attempts;
  readonly wait?: (ms: number) => Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Result of a run on one device, or the loss of that device. */
type Outcome<T> = { readonly result: T } | { readonly lost: string };

/** Opens a device after a loss, in several tries. @throws the error of the last one, or if the run is stopped meanwhile */
async function openAgain<T>(
  { open, stop, wait = sleep }: ReopenOptions<T>,
  onLost: (reason: string) => void,
): Promise<Device> {
  for (let i = 0; ; i++) {
    await wait(PAUSES_MS[i]!);
    if (stop?.aborted) throw new Error('the run was stopped before its device opened again');
    try {
      return await open(onLost);
    } catch (error) {
      if (i === PAUSES_MS.length - 1) throw error;
    }
  }
}

async function runOnce<T>(start: FirstStart, isFirst: boolean, options: ReopenOptions<T>): Promise<Outcome<T>> {
  let notice: (reason: string) => void = () => {};
  const loss = new Promise<string>((resolve) => {
    notice = resolve;
  });
  let device: Device;
  try {
    device = isFirst ? await options.open(notice) : await openAgain(options, notice);
  } catch (error) {
    if (isFirst) throw error;
    return { lost: messageOf(error) };
  }
  try {
    const from = typeof start === 'function' ? await start(device) : start;
    const work = options.run(device, from).then((result) => ({ result }));
    const late = loss.then(async (reason): Promise<never> => {
      await sleep(GRACE_MS);
      throw new DeviceLostError(`${reason}; the run did not end after it`);
    });
    late.catch(() => {}); // the work ended first
    return await Promise.race([work, late]);
  } catch (error) {
    const lost = await Promise.race([loss, sleep(NOTICE_MS).then(() => null)]);
    if (lost === null || error instanceof DeviceLostError) throw error;
    return { lost };
  } finally {
    device.destroy();
  }
}

/**
 * Runs a stored run, and continues it from its last checkpoint on a new device whenever its device is lost.
 * @param files folder of the run, which the caller owns
 * @throws DeviceLostError after too many losses, or if the run is being stopped; else as `run`
 */
export async function runOnDevices<T>(files: Files, first: FirstStart, options: ReopenOptions<T>): Promise<T> {
  const { onReopen, stop, attempts = new Attempts() } = options;
  let start: FirstStart = first;
  for (let isFirst = true; ; isFirst = false) {
    const outcome = await runOnce(start, isFirst, options);
    if ('result' in outcome) return outcome.result;
    const { lost: reason } = outcome;
    const attempt = stop?.aborted ? null : attempts.take();
    if (attempt === null) throw new DeviceLostError(reason);
    const continuation = await continueStored(files);
    await onReopen?.({ reason, attempt, most: MOST_REOPENINGS, continuation });
    start = continuation;
  }
}
