/** History of a stored run without its rollouts: curves, evaluations and changes, read from the journal as it grows. */
import { type Files, filesWithin } from '../../runs/files';
import type { Metrics } from '../../train/metrics';
import type { ApplyEvent, CurvePoint, EvaluationEvent, ResumeEvent } from '../run/events';
import { meansOfAllGroups } from '../run/groupMetrics';
import { type EventHead, headsOfEvents, journalFile } from './journalHeads';

/** GRPO steps in columns. */
export interface HistoryCurve {
  readonly step: number[];
  /** Tokens trained by GRPO so far; null for the steps that a fork took over from its parent. */
  readonly tokens: (number | null)[];
  readonly reward: number[];
  readonly accuracy: number[];
  /** Mean length of the completions, tokens. */
  readonly length: number[];
}

/** Accuracy on held-out problems after some GRPO steps. */
export interface HeldOut {
  readonly stage: EvaluationEvent['stage'];
  readonly step: number;
  /** Tokens trained by GRPO so far. */
  readonly tokens: number;
  readonly problems: number;
  readonly sampled: number;
  readonly greedy: number;
}

export interface RunHistory {
  /** Recipe of the start; null before it. */
  readonly recipe: unknown;
  readonly curve: HistoryCurve;
  readonly evaluations: readonly HeldOut[];
  readonly changes: readonly Pick<ApplyEvent, 'stage' | 'step' | 'fields'>[];
}

/** Bytes of a line that show whether the journal was written again. */
const SEEN = 96;

class Reading implements RunHistory {
  recipe: unknown = null;
  readonly curve: HistoryCurve = { step: [], tokens: [], reward: [], accuracy: [], length: [] };
  readonly evaluations: HeldOut[] = [];
  readonly changes: RunHistory['changes'][number][] = [];

  add(event: EventHead): void {
    if (event.type === 'start') this.recipe = event.recipe ?? null;
    else if (event.type === 'grpo') this.grpo(event as EventHead & { step: number; metrics: Metrics });
    else if (event.type === 'evaluation') this.evaluation(event as unknown as EvaluationEvent);
    else if (event.type === 'apply') this.changes.push(event as unknown as ApplyEvent);
    else if (event.type === 'resume') this.before((event as unknown as ResumeEvent).fork?.before);
  }

  private point({ step, reward, accuracy, mean_length }: CurvePoint, tokens: number | null): void {
    const { curve } = this;
    curve.step.push(step);
    curve.tokens.push(tokens);
    curve.reward.push(reward);
    curve.accuracy.push(accuracy);
    curve.length.push(mean_length);
  }

  private grpo({ step, metrics }: { readonly step: number; readonly metrics: Metrics }): void {
    const length = metrics['completions/mean_length'] ?? Number.NaN;
    const point = { step, ...meansOfAllGroups(metrics), mean_length: length } as CurvePoint;
    this.point(point, metrics.num_tokens ?? null);
  }

  private evaluation({ stage, greedy, sampled }: EvaluationEvent): void {
    const { step, tokens } = this.curve;
    const place = { step: step.at(-1) ?? 0, tokens: tokens.at(-1) ?? 0 };
    this.evaluations.push({
      ...{ stage, ...place },
      ...{ problems: sampled.problems, sampled: sampled.accuracy, greedy: greedy.accuracy },
    });
  }

  /** Takes over the history of a fork's parent. */
  private before(parent: NonNullable<ResumeEvent['fork']>['before'] | undefined): void {
    if (!parent) return;
    for (const event of parent.evaluations) if (event.stage !== 'grpo') this.evaluation(event);
    for (const point of parent.grpo.curve) this.point(point, null);
  }
}

interface Known {
  readonly reading: Reading;
  /** Size of the journal when it was read. */
  readonly size: number;
  /** First byte that was not read. */
  end: number;
  /** Place and first bytes of the last line. */
  last: { readonly start: number; readonly seen: string } | null;
}

/** Reads histories of runs. Each keeps its journal's size: a journal that grew is read on, one that did not is not read. */
export class Histories {
  private readonly known = new Map<string, Promise<Known>>();

  /** @param files folder of all runs */
  async of(files: Files, run: string): Promise<RunHistory> {
    const folder = filesWithin(files, run);
    const before = this.known.get(run);
    const reading = this.read(folder, before);
    this.known.set(run, reading);
    try {
      return (await reading).reading;
    } catch (error) {
      if (this.known.get(run) === reading) this.known.delete(run);
      throw error;
    }
  }

  /** Drops what is known of a run that is gone. */
  forget(run: string): void {
    this.known.delete(run);
  }

  private async read(files: Files, before: Promise<Known> | undefined): Promise<Known> {
    const file = await journalFile(files);
    const size = (await files.size(file)) ?? 0;
    const old = await before?.catch(() => undefined);
    const seenAt = async (start: number) =>
      new TextDecoder().decode((await files.readRange(file, start, Math.min(start + SEEN, size))) ?? new Uint8Array());
    const goesOn =
      old && size >= old.size && (old.last === null || (await seenAt(old.last.start)).startsWith(old.last.seen));
    if (goesOn && size === old.size) return old;
    const known: Known = goesOn ? { ...old, size } : { reading: new Reading(), size, end: 0, last: null };
    let start = -1;
    for await (const line of headsOfEvents(files, known.end)) {
      if (!line.event) break; // a line that is being written, or damage
      known.reading.add(line.event);
      [start, known.end] = [line.start, line.end];
    }
    if (start >= 0) known.last = { start, seen: await seenAt(start) };
    return known;
  }
}

/** Points of a small picture of a curve. */
export interface Sparks {
  readonly reward: readonly number[];
  readonly accuracy: readonly number[];
}

/** Most points of a small picture. */
const MOST_SPARKS = 60;

/** Means of neighbouring steps. */
function thinned(values: readonly number[]): number[] {
  const count = Math.min(MOST_SPARKS, values.length);
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

export const sparksOf = ({ curve }: Pick<RunHistory, 'curve'>): Sparks => ({
  reward: thinned(curve.reward),
  accuracy: thinned(curve.accuracy),
});
