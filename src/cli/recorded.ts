/** Evaluation runs that outlast the command: written to a file one by one, and gone on from where it stopped. */
import { appendFileSync, existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { headerLine, readRecord, runLine } from '../eval/record';
import type { EvaluationRun } from '../eval/report';
import type { Device } from '../gpu/device';
import { evaluationRuns } from '../lab/probe/answer';
import { hash } from '../random';
import type { AskedEvaluation, TrainedModel } from './evaluation';
import { fileFault } from './fileFault';
import { checkWritable, makeFolder, resolved, type Sources } from './files';
import { input, readFile } from './input';
import { lockFor } from './lock';
import { EXIT, keeps } from './stopping';

/**
 * The runs, of which finished ones are read from the file and each further one is written to it as it is done.
 * @param file undefined for none
 * @throws naming what differs where the file is of another evaluation
 */
export async function recordedRuns(
  device: Device,
  { model, digest }: TrainedModel,
  { task, level, problems, runs, sampling }: AskedEvaluation,
  file: string | undefined,
): Promise<EvaluationRun[]> {
  if (file === undefined) return evaluationRuns(device, model, task, problems, runs, sampling);
  const hashed = (texts: readonly string[]) => hash(...texts).toString(16);
  const header = {
    ...{ type: 'evaluation' as const, model: digest, adapter: device.name, task: task.name, level },
    problems: problems.length,
    prompts: hashed(problems.map(({ prompt }) => prompt)),
    instances: hashed(problems.map(({ answer, problem }) => JSON.stringify([answer, problem]))),
    ...sampling,
  };
  claimRecord(file);
  const text = existsSync(file) ? readFile(file).toString() : '';
  const { runs: finished, whole } = input(() => readRecord(text, header, file));
  input(() => (whole === '' ? writeFileSync(file, headerLine(header)) : truncateSync(file, Buffer.byteLength(whole))));
  let done = finished.length;
  keeps(() => `${file} has ${done} of ${runs} runs; the same command goes on from there`);
  let full = false;
  return evaluationRuns(device, model, task, problems, runs, sampling, finished, (run) => {
    if (full) return;
    try {
      appendFileSync(file, runLine(run));
      done++;
    } catch (error) {
      // the result is worth more than its record: it is still printed, with the exit code of a failure
      full = true;
      process.exitCode = EXIT.failed;
      console.error(`error: ${file}: run ${run.run} and those after it are not recorded: ${fileFault(error)}`);
    }
  });
}

/**
 * Tests that a record can be written, and keeps other processes from it until the command ends.
 * @throws InputError where it cannot, or another process writes into it
 */
export function claimRecord(file: string, sources: Sources = {}): void {
  checkWritable(file, sources);
  const target = resolved(file);
  const found = statSync(target, { throwIfNoEntry: false });
  if (!found || found.isFile()) lockFor(`${target}.lock`, file, 'file');
}

/** Where a folder keeps the runs of a model on a task: by the model's files, not by where they lie. @throws where it cannot */
export function recordFile(
  folder: string | undefined,
  { digest, folder: model }: TrainedModel,
  { task, level }: AskedEvaluation,
) {
  if (folder === undefined) return undefined;
  makeFolder(folder);
  const file = path.join(folder, `${digest.slice(0, 12)}-${task.name}-${level}.jsonl`);
  claimRecord(file, { folders: [model] });
  return file;
}
