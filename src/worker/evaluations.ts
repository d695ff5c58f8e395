/** Evaluations in a worker with a device of its own: a training goes on meanwhile. Results lie in the folder of the run. */
import { type PairedComparison, pairedComparison } from '../lab/evaluate/compare';
import { askedTask, evaluateModel, measuredOf, type PlannedEvaluation, planned } from '../lab/evaluate/evaluate';
import { type MeasuredModel, measuredCheckpoint, measuredFolder, measuredModel } from '../lab/evaluate/models';
import { checkpointOfRecord, RecordWriter, readStored, storedRecords } from '../lab/evaluate/records';
import { untrainedModel } from '../lab/play/models';
import { parseRecipe } from '../lab/recipe/recipe';
import { storedRecipe } from '../lab/stored/continuation';
import { bounded } from '../quote';
import { type Files, faultText, filesWithin, messageOf } from '../runs/files';
import { RunFolder } from '../runs/runFolder';
import type { EvaluationMessage, EvaluationRequest, EvaluationRow, StoredEvaluations } from './evaluationProtocol';
import { type DeviceSurroundings, LostError, type Opened, OwnDevice, orLoss } from './ownDevice';
import { chosenFiles } from './playModels';
import type { ModelRef } from './playProtocol';

/** Parts of the browser that evaluations use. */
export interface EvaluationSurroundings extends DeviceSurroundings {
  /** Opens the folder of all runs. Rejects with the reason if there is none. */
  readonly files: () => Promise<Files>;
  /** Takes a name among the tabs. @returns a function that frees it; null if another tab has it */
  readonly claim: (name: string) => Promise<(() => void) | null>;
}

type Post = (message: EvaluationMessage) => void;

/** Least time between two messages about progress, ms. */
const PROGRESS_MS = 100;

const NO_OWN = { problems: [], match: 'exact', tolerance: 0 } as const;

/** Counts evaluations that are not stored. */
let unstoredCount = 0;

export class Evaluations {
  private readonly device: OwnDevice;

  constructor(private readonly around: EvaluationSurroundings) {
    this.device = new OwnDevice(around);
  }

  async list(): Promise<StoredEvaluations> {
    const files = await this.around.files();
    const rows: EvaluationRow[] = [];
    const faults: string[] = [];
    for (const { name: run, isFolder } of await files.list('')) {
      if (!isFolder || run.startsWith('.')) continue;
      const found = await storedRecords(filesWithin(files, run));
      faults.push(...found.faults.map((fault) => `${run}/${faultText(fault)}`));
      for (const { file, header, runs } of found.records) {
        const of = { run, checkpoint: checkpointOfRecord(file) };
        const measured = measuredOf(runs);
        rows.push({ id: `${run}/${file}`, of, name: '', header, samples: runs.length, measured, file, passes: null });
      }
    }
    return { rows, faults };
  }

  /** Evaluates on each task in order. Reports each error to the page. */
  async evaluate(request: EvaluationRequest, post: Post): Promise<void> {
    try {
      const { model: ref, tasks, ...choice } = request;
      const model = await this.model(ref);
      const asked = tasks.map(({ task, level }) => askedTask(model, task, level));
      const opened = await this.device.get();
      post(opened.report);
      for (const [index, task] of asked.entries()) {
        const plan = planned(opened.device, model, task, choice);
        await this.one(opened, ref, model, plan, index, choice.samples, post);
      }
      post({ type: 'ended' });
    } catch (error) {
      const cause = error instanceof LostError ? 'lost' : null;
      post({ type: 'failed', message: bounded(messageOf(error)), cause });
    }
  }

  private async one(
    { device, lost }: Opened,
    ref: ModelRef,
    model: MeasuredModel,
    plan: PlannedEvaluation,
    index: number,
    samples: number,
    post: Post,
  ): Promise<void> {
    const of = ref.kind === 'run' ? { run: ref.run, checkpoint: ref.checkpoint } : null;
    const release = of && (await this.around.claim(`${of.run}@${of.checkpoint} ${JSON.stringify(plan.header)}`));
    if (of && !release) throw new Error('another tab runs this evaluation; its result will be listed here');
    try {
      const record = of && (await this.record(of.run, of.checkpoint, plan));
      const total = samples * plan.problems.length;
      let sent = Number.NEGATIVE_INFINITY;
      const onAnswers = (answered: number) => {
        const now = performance.now();
        if (now - sent < PROGRESS_MS && answered < total) return;
        sent = now;
        post({ type: 'progress', index, answered, total });
      };
      const work = evaluateModel(device, model, plan, samples, record, onAnswers);
      const passes = await Promise.race([work, lost]).catch((error: unknown) => orLoss(error, lost));
      const unstored = record && (await record.close().then(() => null, messageOf));
      const isStored = record !== null && unstored === null;
      const file = isStored ? record.file : null;
      const id = isStored ? `${of!.run}/${record.file}` : `unstored ${unstoredCount++}`;
      const row = { id, of, name: nameOf(ref), header: plan.header, samples, measured: measuredOf(passes), file };
      post({ type: 'evaluated', row: { ...row, passes: isStored ? null : passes }, unstored });
    } finally {
      release?.();
    }
  }

  private async record(run: string, checkpoint: string, { header }: PlannedEvaluation): Promise<RecordWriter> {
    return RecordWriter.open(filesWithin(await this.around.files(), run), checkpoint, header);
  }

  private async model(ref: ModelRef): Promise<MeasuredModel> {
    if (ref.kind === 'untrained') return measuredModel(untrainedModel(parseRecipe(ref.recipe)));
    if (ref.kind === 'folder') return measuredFolder(ref.name, chosenFiles(ref.files));
    return measuredCheckpoint(filesWithin(await this.around.files(), ref.run), ref.checkpoint);
  }

  async compare(a: EvaluationRow, b: EvaluationRow): Promise<PairedComparison> {
    const own = a.header.task === 'own' && a.of ? (await this.recipeOf(a.of.run)).own : NO_OWN;
    const [first, second] = [await this.passesOf(a), await this.passesOf(b)];
    return pairedComparison({ header: a.header, runs: first }, { header: b.header, runs: second }, own);
  }

  private async recipeOf(run: string) {
    return storedRecipe(await RunFolder.open(filesWithin(await this.around.files(), run)));
  }

  private async passesOf({ of, file, passes }: EvaluationRow) {
    if (passes || !of || file === null) return passes ?? [];
    return (await readStored(filesWithin(await this.around.files(), of.run), file)).runs;
  }
}

const nameOf = (ref: ModelRef): string =>
  ref.kind === 'untrained' ? `untrained ${ref.recipe.title}` : ref.kind === 'folder' ? ref.name : '';
