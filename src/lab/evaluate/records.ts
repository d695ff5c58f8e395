/** Records of evaluations in the folder of a run, in the terminal's format: `lab eval --out` continues a copy. */
import { headerLine, type RecordHeader, readAnyRecord, readRecord, runLine } from '../../eval/record';
import type { EvaluationRun } from '../../eval/report';
import { utf8Text } from '../../json';
import { hash } from '../../random';
import { type Fault, type Files, messageOf } from '../../runs/files';
import { joinPath } from '../../runs/paths';

/** Folder of the records within that of a run. */
export const EVALUATIONS = 'evaluations';

/** Name of a record: checkpoint, task, level, and a hash of all that the evaluation was asked for. */
export const recordName = (checkpoint: string, header: RecordHeader): string =>
  `${checkpoint}_${header.task}_${header.level}_${hash(JSON.stringify(header)).toString(16).padStart(8, '0')}.jsonl`;

/** Checkpoint that a record's name begins with. */
export const checkpointOfRecord = (file: string): string => file.split('_')[0] ?? '';

export interface StoredRecord {
  readonly file: string;
  readonly header: RecordHeader;
  readonly runs: readonly EvaluationRun[];
}

/** Reads a record of a run. @throws naming the file and the broken line */
export async function readStored(run: Files, file: string): Promise<StoredRecord> {
  const where = joinPath(EVALUATIONS, file);
  const bytes = await run.read(where);
  if (!bytes) throw new Error(`${where} is missing; it may have been deleted in another tab`);
  const found = readAnyRecord(utf8Text(bytes, where), where);
  if (!found) throw new Error(`${where} has no header; delete it and evaluate again`);
  return { file, header: found.header, runs: found.runs };
}

/** All records of a run that have a finished pass over the problems, and the damaged ones. */
export async function storedRecords(run: Files): Promise<{ records: StoredRecord[]; faults: Fault[] }> {
  const records: StoredRecord[] = [];
  const faults: Fault[] = [];
  for (const { name, isFolder } of await run.list(EVALUATIONS)) {
    if (isFolder || !name.endsWith('.jsonl')) continue;
    try {
      const record = await readStored(run, name);
      if (record.runs.length > 0) records.push(record);
    } catch (error) {
      const where = joinPath(EVALUATIONS, name);
      faults.push({ file: where, what: messageOf(error).replace(`${where}: `, '').replace(`${where} `, '') });
    }
  }
  return { records, faults };
}

const deleted = ({ where }: Files): Error => new Error(`${where} was deleted meanwhile; evaluate another run`);

/** Record that is being written, with the runs that it has already. */
export class RecordWriter {
  /** Ends when all writes so far have ended. */
  private written: Promise<void> = Promise.resolve();

  private constructor(
    private readonly run: Files,
    readonly file: string,
    readonly finished: readonly EvaluationRun[],
    private at: number,
  ) {}

  /**
   * Opens a record, or begins it.
   * @throws naming the broken line of a damaged one, if the run was deleted, or if the storage is full
   */
  static async open(run: Files, checkpoint: string, header: RecordHeader): Promise<RecordWriter> {
    if ((await run.list('')).length === 0) throw deleted(run); // a write would make its folder again
    const file = recordName(checkpoint, header);
    const path = joinPath(EVALUATIONS, file);
    const bytes = await run.read(path);
    const { runs, whole } = readRecord(bytes ? utf8Text(bytes, path) : '', header, path);
    const kept = new TextEncoder().encode(whole || headerLine(header));
    if (whole === '') await run.write(path, kept);
    return new RecordWriter(run, file, runs, kept.length);
  }

  add(run: EvaluationRun): void {
    const bytes = new TextEncoder().encode(runLine(run));
    const at = this.at;
    this.at += bytes.length;
    const path = joinPath(EVALUATIONS, this.file);
    this.written = this.written.then(async () => {
      if ((await this.run.size(path)) === null) throw deleted(this.run);
      await this.run.append(path, at, bytes);
    });
    this.written.catch(() => {}); // `close` has the error
  }

  /** @throws if a run could not be written */
  close(): Promise<void> {
    return this.written;
  }
}
