/** Evaluation runs in a file: each is written when it ends, and the same command continues from the last one. */
import { appendFileSync, existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { headerLine, readRecord, recordHeader, runLine } from '../eval/record';
import type { EvaluationRun } from '../eval/report';
import type { Device } from '../gpu/device';
import { evaluationRuns } from '../lab/probe/answer';
import type { AskedEvaluation, TrainedModel } from './evaluation';
import { EXIT } from './exitCodes';
import { fileFault } from './fileFault';
import { checkWritable, makeFolder, resolved, type Sources } from './files';
import { input, readFile } from './input';
import { lockFor } from './lock';
import { keeps } from './stopping';

/**
 * Reads finished runs from the file, computes the others and appends each when it ends.
 * @param file undefined records nothing
 * @throws naming the differences if the file belongs to another evaluation
 */
export async function recordedRuns(
  device: Device,
  { model, digest }: TrainedModel,
  { task, level, problems, runs, sampling }: AskedEvaluation,
  file: string | undefined,
): Promise<EvaluationRun[]> {
  if (file === undefined) return evaluationRuns(device, model, task, problems, runs, sampling);
  const header = recordHeader({ model: digest, adapter: device.name, task: task.name, level }, problems, sampling);
  claimRecord(file);
  const text = existsSync(file) ? readFile(file).toString() : '';
  const { runs: finished, whole } = input(() => readRecord(text, header, file));
  input(() => (whole === '' ? writeFileSync(file, headerLine(header)) : truncateSync(file, Buffer.byteLength(whole))));
  let done = finished.length;
  keeps(() => `${file} has ${done} of ${runs} runs; the same command continues from there`);
  let full = false;
  return evaluationRuns(device, model, task, problems, runs, sampling, finished, (run) => {
    if (full) return;
    try {
      appendFileSync(file, runLine(run));
      done++;
    } catch (error) {
      // the result matters more than its record: it is still printed, with the exit code of a failure
      full = true;
      process.exitCode = EXIT.failed;
      console.error(`error: ${file}: run ${run.run} and those after it are not recorded: ${fileFault(error)}`);
    }
  });
}

/**
 * Tests that a record can be written, and locks it until the command ends.
 * @throws InputError if it cannot be written, or another process writes into it
 */
export function claimRecord(file: string, sources: Sources = {}): void {
  checkWritable(file, sources);
  const target = resolved(file);
  const found = statSync(target, { throwIfNoEntry: false });
  if (!found || found.isFile()) lockFor(`${target}.lock`, file);
}

/** File of a model's runs on a task. Its name follows from the bytes of the model, not from its folder. @throws InputError */
export function recordFile(
  folder: string | undefined,
  { digest, folders }: TrainedModel,
  { task, level }: AskedEvaluation,
) {
  if (folder === undefined) return undefined;
  makeFolder(folder);
  const file = path.join(folder, `${digest.slice(0, 12)}-${task.name}-${level}.jsonl`);
  claimRecord(file, { folders });
  return file;
}
