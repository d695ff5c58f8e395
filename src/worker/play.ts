/** Playground in its worker: samples on a device of its own, so that training keeps its results and its speed. Knows no comlink. */
import type { PlayModel } from '../lab/play/models';
import { playProblem } from '../lab/play/problem';
import { newTokensFor } from '../lab/play/room';
import { type SampleEvent, type SampleOptions, sample } from '../lab/play/sample';
import { openRewards } from '../lab/run/options';
import { bounded } from '../quote';
import { type Files, messageOf } from '../runs/files';
import { type DeviceSurroundings, LostError, OwnDevice, orLoss } from './ownDevice';
import { PlayBatch } from './playBatch';
import { PlayModels } from './playModels';
import type { OpenedFolder, PlayMessage, PlayRequest, RunModels } from './playProtocol';

/** Parts of the browser that the Playground uses. */
export interface PlaySurroundings extends DeviceSurroundings {
  /** Opens the folder of all runs. Rejects with the reason if there is none. */
  readonly files: () => Promise<Files>;
}

export type PostPlay = (batch: readonly PlayMessage[], transfer?: Transferable[]) => void;

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
  private readonly device: OwnDevice;
  private current: AbortController | null = null;
  private ended: Promise<void> = Promise.resolve();

  constructor(around: PlaySurroundings) {
    this.stored = new PlayModels(around.files);
    this.device = new OwnDevice(around);
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
    const { device, report, lost } = await this.device.get();
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
      await orLoss(error, lost);
    }
  }
}
