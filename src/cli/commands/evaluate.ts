/** `eval`: accuracy of a saved model on held-out problems, over independent runs; with --out it goes on where it stopped. */
import { appendFileSync, existsSync, truncateSync, writeFileSync } from 'node:fs';
import { headerLine, readRecord, runLine } from '../../eval/record';
import { type EvaluationReport, type EvaluationRun, evaluationReport } from '../../eval/report';
import type { Device } from '../../gpu/device';
import { evaluationRuns } from '../../lab/answer';
import { hash } from '../../random';
import { withAdapter } from '../adapter';
import {
  type AskedEvaluation,
  askedEvaluation,
  askedTask,
  EVALUATION_OPTIONS,
  percent,
  readTrainedModel,
  type TrainedModel,
  table,
} from '../evaluation';
import { input, numeric, options, readFile, required } from '../input';
import { OWN_OPTIONS, readOwn } from '../own';

/** The runs, of which finished ones are read from the file and each further one is written to it as it is done. */
async function recordedRuns(
  device: Device,
  { model, digest }: TrainedModel,
  { task, level, problems, runs, sampling }: AskedEvaluation,
  file: string | undefined,
): Promise<EvaluationRun[]> {
  if (file === undefined) return evaluationRuns(device, model, task, problems, runs, sampling);
  const prompts = hash(...problems.map(({ prompt }) => prompt)).toString(16);
  const header = {
    ...{ type: 'evaluation' as const, model: digest, adapter: device.name, task: task.name, level },
    ...{ problems: problems.length, prompts, ...sampling },
  };
  const text = existsSync(file) ? readFile(file).toString() : '';
  const { runs: finished, whole } = input(() => readRecord(text, header, file));
  if (whole === '') input(() => writeFileSync(file, headerLine(header)));
  else truncateSync(file, Buffer.byteLength(whole));
  return evaluationRuns(device, model, task, problems, runs, sampling, finished, (run) =>
    appendFileSync(file, runLine(run)),
  );
}

function tell({ task, level, sampling }: AskedEvaluation, report: EvaluationReport): void {
  const { accuracy, ofN, runs } = report;
  runs.forEach(({ accuracy, meanLength }, r) => {
    console.log(`run ${r + 1}: ${percent(accuracy)}, ${meanLength.toFixed(1)} tokens`);
  });
  console.log(
    `${task.name} ${level} at temperature ${sampling.temperature}: ${percent(accuracy.mean)} ± ${percent(accuracy.sd)} ` +
      `(sd of ${runs.length} runs), ${report.meanLength.toFixed(1)} tokens, ${percent(report.truncated)} cut off`,
  );
  console.log(
    `standard error: ${percent(accuracy.standardErrorOverRuns, 2)} over runs (sampling noise on these problems), ` +
      `${percent(accuracy.standardErrorOverProblems, 2)} over problems (which ${report.problems} were asked)`,
  );
  console.log(
    `of ${ofN.n}: average ${percent(ofN.average)}, best ${percent(ofN.best)}, worst ${percent(ofN.worst)}, majority ${percent(ofN.majority)}`,
  );
  console.log(report.passAtK.map(({ k, value }) => `pass@${k} ${percent(value)}`).join(', '));
  const range = (from: number, to: number) => (from === to ? `${from}` : `${from}–${to}`);
  console.log(
    table([
      ['tokens', 'answers', 'accuracy'],
      ...report.accuracyByTokens.map(({ from, to, answers, accuracy }) => [
        range(from, to),
        String(answers),
        percent(accuracy),
      ]),
    ]),
  );
}

export async function evaluate(args: readonly string[]): Promise<void> {
  const given = options(args, {
    model: { type: 'string' },
    task: { type: 'string' },
    level: { type: 'string' },
    of: { type: 'string' },
    out: { type: 'string' },
    ...EVALUATION_OPTIONS,
    ...OWN_OPTIONS,
  });
  const trained = readTrainedModel(required(given.model, 'model'));
  const asked = askedTask(required(given.task, 'task'), given.level, [trained], readOwn(given));
  const evaluation = askedEvaluation(given, asked, [trained]);
  const of = numeric(given.of, 'of', 5, { min: 1, max: 10_000, whole: true });
  const runs = await withAdapter(given.adapter, (device) => recordedRuns(device, trained, evaluation, given.out));
  const report = evaluationReport(runs, of);
  if (given.json)
    console.log(
      JSON.stringify({
        task: asked.task.name,
        level: asked.level,
        ...evaluation.sampling,
        model: trained.digest,
        ...report,
      }),
    );
  else tell(evaluation, report);
}
