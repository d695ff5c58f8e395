/** Commands about the rollouts of the run on screen: index, selections, rows, and single steps. Files are injected. */
import { stepsOf, storedVocabulary } from '../lab/play/storedSteps';
import type { Recipe } from '../lab/recipe/recipe';
import { eventFromLine, type GrpoEvent, type LabEvent, type StartEvent } from '../lab/run/events';
import { recipeAt } from '../lab/stored/changes';
import type { StoredInspection } from '../lab/stored/inspected';
import { type ExportKind, exportedTraces } from '../lab/traces/exported';
import { FilterFault } from '../lab/traces/filterTokens';
import { type IndexedStep, indexedRollout } from '../lab/traces/indexed';
import { type JumpId, jumpTarget } from '../lab/traces/jumps';
import type { TraceQuery } from '../lab/traces/query';
import { selectTraces } from '../lab/traces/select';
import { TraceIndex, type TracePlace } from '../lab/traces/traceIndex';
import { excerpt } from '../quote';
import { filesWithin, messageOf } from '../runs/files';
import { type Journal, markOf } from '../runs/journal';
import type { TraceNote } from '../runs/meta';
import { traceNotes } from '../runs/runFolder';
import type { TraceInspector } from './inspectTrace';
import type { RunsPlace } from './place';
import { type RolloutPlace, RolloutSource } from './rolloutSource';

export interface Indexed {
  readonly rollouts: number;
  readonly steps: number;
  /** First and last step; null before one. */
  readonly firstStep: number | null;
  readonly lastStep: number | null;
  /** Names of the reward terms of the run. */
  readonly terms: readonly string[];
  /** True if nothing is left to read for now. */
  readonly isComplete: boolean;
  /** Share of the events that were read. */
  readonly share: number;
}

/** Rollouts that a query takes, or the fault of the query; the last selection then stays. */
export interface Selected {
  readonly id: number;
  readonly count: number;
  readonly fault: { readonly message: string; readonly at: number | null; readonly length: number } | null;
}

export interface TraceRow extends TracePlace {
  readonly problem: string;
  /** Start of the completion. */
  readonly text: string;
  readonly reward: number;
  /** Weighted parts in the order of the terms; null where the run did not use the term. */
  readonly parts: readonly (number | null)[];
  readonly advantage: number;
  readonly tokens: number;
  readonly think: number;
  readonly correct: boolean;
  readonly format: boolean;
  readonly ended: boolean;
  readonly surprise: number;
}

/** GRPO step with the recipe that it followed. */
export interface TracedStep {
  readonly event: GrpoEvent;
  readonly recipe: Recipe;
  readonly vocabulary: readonly string[];
}

export interface TracesCommands {
  /** Chooses the run. */
  open(place: RolloutPlace): Promise<void>;
  /** Adds events of an unstored run. */
  add(events: readonly LabEvent[]): Promise<void>;
  /** Reads on for a moment; call it again until it is complete, and whenever the run has grown. */
  read(): Promise<Indexed>;
  select(query: TraceQuery): Promise<Selected>;
  /** Rows of the selection with that id; null if it is no longer the last one. */
  rows(id: number, from: number, to: number): Promise<TraceRow[] | null>;
  /** Position of a rollout in the selection; null if it is not in it. */
  position(place: TracePlace): Promise<number | null>;
  /** Rollout at a position of the selection; null past its end. */
  at(position: number): Promise<TracePlace | null>;
  jump(id: JumpId): Promise<TracePlace | null>;
  /** Reads a step from the file. @throws if the run has no such step */
  step(step: number): Promise<TracedStep>;
  /** Reads a rollout under the weights of the checkpoint nearest to its step. @throws saying why that is not possible */
  inspect(place: TracePlace): Promise<StoredInspection>;
  /** Notes on rollouts of a stored run. */
  notes(): Promise<readonly TraceNote[]>;
  /** File of the selection. */
  export(kind: ExportKind): Promise<Blob>;
}

/** Time of one `read`, ms: other commands come between two. */
const SLICE_MS = 60;
/** Characters of a completion in a row. */
const SHOWN_TEXT = 240;

/** A run that is being read. */
interface Opened {
  readonly place: RolloutPlace;
  readonly source: RolloutSource;
  journal: Journal | null;
  /** Steps that are read one after another; null between two growths. */
  steps: AsyncGenerator<IndexedStep, void> | null;
  /** Events that were read, or are in `steps`. */
  known: number;
}

export class Traces implements TracesCommands {
  private opened: Opened | null = null;
  private index = new TraceIndex();
  private rowsOfQuery: Uint32Array = new Uint32Array();
  private id = 0;
  /** Start of the run whose steps were read last. */
  private started: { readonly journal: Journal; readonly event: StartEvent } | null = null;

  /**
   * @param openPlace opens the folder of all stored runs
   * @param inspector computes under the weights of a checkpoint
   */
  constructor(
    private readonly openPlace: () => Promise<Pick<RunsPlace, 'files'>>,
    private readonly inspector: Pick<TraceInspector, 'inspect'>,
  ) {}

  async open(place: RolloutPlace): Promise<void> {
    const source = new RolloutSource(place, this.openPlace);
    this.opened = { place, source, journal: null, steps: null, known: 0 };
    this.clear();
  }

  private clear(): void {
    this.index = new TraceIndex();
    this.rowsOfQuery = new Uint32Array();
    this.id++;
  }

  async add(events: readonly LabEvent[]): Promise<void> {
    this.opened?.source.add(events);
  }

  async read(): Promise<Indexed> {
    const { opened } = this;
    if (!opened) return this.indexed(true);
    if (!opened.steps) await this.beginReading(opened);
    const end = performance.now() + SLICE_MS;
    while (opened.steps && performance.now() < end) {
      const { value, done } = await opened.steps.next();
      if (opened !== this.opened) return this.read(); // another run was opened meanwhile
      if (done) opened.steps = null;
      else this.index.add(value);
    }
    return this.indexed(opened.steps === null);
  }

  /** Reads the events that were added; from the start if the run was cut back. */
  private async beginReading(opened: Opened): Promise<void> {
    const journal = await opened.source.current();
    if (opened !== this.opened) return;
    if (opened.journal && opened.journal !== journal) {
      opened.known = 0;
      this.clear();
    }
    opened.journal = journal;
    if (journal.events === opened.known) return;
    const rolloutOf = indexedRollout(await storedVocabulary(journal));
    opened.steps = stepsOf(journal, rolloutOf, opened.known);
    opened.known = journal.events;
  }

  private indexed(isComplete: boolean): Indexed {
    const { index, opened } = this;
    const events = opened?.journal?.events ?? 0;
    const share = isComplete ? 1 : events === 0 ? 0 : Math.min(1, index.steps / events);
    const last = index.length - 1;
    const [firstStep, lastStep] = last < 0 ? [null, null] : [index.placeOf(0).step, index.placeOf(last).step];
    return { rollouts: index.length, steps: index.steps, firstStep, lastStep, terms: index.terms, isComplete, share };
  }

  async select(query: TraceQuery): Promise<Selected> {
    try {
      this.rowsOfQuery = selectTraces(this.index, query);
      this.id++;
      return { id: this.id, count: this.rowsOfQuery.length, fault: null };
    } catch (error) {
      const place = error instanceof FilterFault ? error : { at: null, length: 0 };
      const fault = { message: messageOf(error), at: place.at, length: place.length };
      return { id: this.id, count: this.rowsOfQuery.length, fault };
    }
  }

  async rows(id: number, from: number, to: number): Promise<TraceRow[] | null> {
    if (id !== this.id) return null;
    return Array.from(this.rowsOfQuery.subarray(from, to), (row) => this.rowAt(row));
  }

  private rowAt(row: number): TraceRow {
    const { index } = this;
    const number = (name: Parameters<TraceIndex['number']>[0]) => index.number(name, row);
    return {
      ...index.placeOf(row),
      problem: index.problem(index.problemAt(row)).prompt,
      text: excerpt(index.text(row), SHOWN_TEXT),
      reward: number('reward'),
      parts: index.terms.map((term) => {
        const part = index.part(term, row);
        return Number.isNaN(part) ? null : part;
      }),
      advantage: number('advantage'),
      tokens: number('tokens'),
      think: number('think'),
      correct: index.flag('correct', row),
      format: index.flag('format', row),
      ended: index.flag('ended', row),
      surprise: number('surprise'),
    };
  }

  async position(place: TracePlace): Promise<number | null> {
    const row = this.index.rowOf(place);
    const position = row === null ? -1 : this.rowsOfQuery.indexOf(row);
    return position < 0 ? null : position;
  }

  async at(position: number): Promise<TracePlace | null> {
    const row = this.rowsOfQuery[position];
    return row === undefined ? null : this.index.placeOf(row);
  }

  async jump(id: JumpId): Promise<TracePlace | null> {
    const row = jumpTarget(this.index, this.rowsOfQuery, id);
    return row === null ? null : this.index.placeOf(row);
  }

  async step(step: number): Promise<TracedStep> {
    const journal = await this.journal();
    const n = journal.find(markOf('grpo', step));
    if (n === null) throw new Error(`this run has no GRPO step ${step}; choose another step`);
    const { text, where } = await journal.event(n);
    const event = eventFromLine(text, where);
    if (event.type !== 'grpo') throw new Error(`${where} is no GRPO step; open the run again`);
    const start = await this.start(journal);
    return { event, recipe: await recipeAt(journal, n, start.recipe), vocabulary: start.vocabulary };
  }

  private async journal(): Promise<Journal> {
    const { opened } = this;
    if (!opened) throw new Error('no run is open; open one in Runs');
    return opened.journal ?? (await opened.source.current());
  }

  private async start(journal: Journal): Promise<StartEvent> {
    if (this.started?.journal !== journal) this.started = { journal, event: await this.firstEvent(journal) };
    return this.started.event;
  }

  private async firstEvent(journal: Journal): Promise<StartEvent> {
    const { text, where } = await journal.event(0);
    const event = eventFromLine(text, where);
    if (event.type !== 'start') throw new Error(`${where} is not the start of the run; open the run again`);
    return event;
  }

  async inspect(place: TracePlace): Promise<StoredInspection> {
    const run = this.opened?.place;
    if (run?.kind === 'recording') throw new Error('this is a recording without weights; train a run to see them');
    if (run?.kind !== 'stored') throw new Error('this run is not stored, so it has no checkpoint');
    const { files } = await this.openPlace();
    return this.inspector.inspect(filesWithin(files, run.name), place);
  }

  async notes(): Promise<readonly TraceNote[]> {
    const run = this.opened?.place;
    return run?.kind === 'stored' ? traceNotes(filesWithin((await this.openPlace()).files, run.name)) : [];
  }

  async export(kind: ExportKind): Promise<Blob> {
    return exportedTraces(kind, this.index, this.rowsOfQuery);
  }
}
