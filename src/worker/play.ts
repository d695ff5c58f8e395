/** Playground in its worker: samples on a device of its own, so that training keeps its results and its speed. Knows no comlink. */
import { NoGpuError } from '../gpu/browser';
import type { Device } from '../gpu/device';
import type { PlayModel } from '../lab/play/models';
import { playProblem } from '../lab/play/problem';
import { newTokensFor } from '../lab/play/room';
import { type SampleEvent, type SampleOptions, sample } from '../lab/play/sample';
import { openRewards } from '../lab/run/options';
import { bounded } from '../quote';
import { type Files, messageOf } from '../runs/files';
import { PlayBatch } from './playBatch';
import { PlayModels } from './playModels';
import type { OpenedFolder, PlayMessage, PlayRequest, RunModels } from './playProtocol';

/** Parts of the browser that the Playground uses. */
export interface PlaySurroundings {
  /** Opens the folder of all runs. Rejects with the reason if there is none. */
  readonly files: () => Promise<Files>;
  /** Opens a WebGPU device. @throws NoGpuError */
  readonly open: (onLost: (reason: string) => void) => Promise<Device>;
  readonly openCpu: () => Device;
}

export type PostPlay = (batch: readonly PlayMessage[], transfer?: Transferable[]) => void;

/** Time that an error may come before the notice of the loss that caused it. */
const NOTICE_MS = 300;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class LostError extends Error {}

/** An opened device, and a promise that rejects when it is lost. */
interface Opened {
  readonly device: Device;
  readonly report: PlayMessage;
  readonly lost: Promise<never>;
}

/** Options of sampling. The reward is that of the first model whose training is known. */
async function optionsOf(request: PlayRequest, models: readonly PlayModel[]): Promise<SampleOptions> {
  const { prompt, prefix, first, count, seed, temperature, topK, topP, minP } = request;
  const recipe = models.find((model) => model.recipe)?.recipe ?? request.recipe;
  const problem = request.problem && playProblem(request.problem, recipe?.task.name ?? null, 'problem');
  const maxNew = newTokensFor(
    models.map(({ model }) => model),
    prompt,
    request.maxNew,
  );
  const reward = problem && recipe && (await openRewards(recipe));
  return { prompt, prefix, first, count, seed, temperature, topK, topP, minP, maxNew, problem, reward };
}

export class Play {
  private readonly stored: PlayModels;
  private opened: Promise<Opened> | null = null;
  private current: AbortController | null = null;
  private ended: Promise<void> = Promise.resolve();

  constructor(private readonly around: PlaySurroundings) {
    this.stored = new PlayModels(around.files);
  }

  models(run: string): Promise<RunModels> {
    return this.stored.ofRun(run);
  }

  openFolder(name: string, files: readonly File[]): Promise<OpenedFolder> {
    return this.stored.folder(name, files);
  }

  /** Samples after any earlier sampling has ended. Reports each error to the page. */
  sample(request: PlayRequest, post: PostPlay): Promise<void> {
    this.current?.abort();
    const controller = new AbortController();
    this.current = controller;
    this.ended = this.ended.then(() => this.report(request, post, controller.signal));
    return this.ended;
  }

  /** Ends the sampling after its readback. */
  async stop(): Promise<void> {
    this.current?.abort();
    await this.ended;
  }

  private async report(request: PlayRequest, post: PostPlay, signal: AbortSignal): Promise<void> {
    const batch = new PlayBatch(post);
    try {
      await this.stream(request, batch, signal);
      batch.flush({ type: 'ended' });
    } catch (error) {
      const cause = error instanceof LostError ? 'lost' : null;
      batch.flush({ type: 'failed', message: bounded(messageOf(error)), cause });
    }
  }

  private async stream(request: PlayRequest, batch: PlayBatch, signal: AbortSignal): Promise<void> {
    const models: PlayModel[] = [];
    for (const ref of request.models) models.push(await this.stored.model(ref));
    const options = await optionsOf(request, models);
    const { device, report, lost } = await this.device();
    if (signal.aborted) return;
    batch.flush(report);
    const events = sample(
      device,
      models.map(({ model }) => model),
      options,
      () => {
        batch.begin();
        const columns = models.map(({ model: { tokenizer, ends = [tokenizer.special.end] } }) => ({
          vocabulary: tokenizer.tokens,
          ends,
        }));
        batch.flush({ type: 'opened', maxNew: options.maxNew, columns });
      },
    );
    await this.pull(events, batch, signal, lost);
  }

  /** Pulls events until their end, a stop, or the loss of the device. */
  private async pull(
    events: AsyncGenerator<SampleEvent, void>,
    batch: PlayBatch,
    signal: AbortSignal,
    lost: Promise<never>,
  ): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await Promise.race([events.next(), lost]);
        if (done || signal.aborted) break;
        batch.add(value);
      }
      await events.return();
    } catch (error) {
      // the reason of a loss comes after the error that it causes
      if (!(error instanceof LostError)) await Promise.race([wait(NOTICE_MS), lost]);
      throw error;
    }
  }

  /** Device of the Playground, opened at the first sample and again after a loss. */
  private async device(): Promise<Opened> {
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
    lost.catch(() => {}); // nothing may be sampling
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
