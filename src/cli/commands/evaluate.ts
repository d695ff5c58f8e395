/** `eval`: accuracy of a saved model on held-out problems, over independent runs; with --out it goes on where it stopped. */
import { votesOf } from '../../eval/attempts';
import { type EvaluationReport, evaluationReport } from '../../eval/report';
import { withAdapter } from '../adapter';
import {
  type AskedEvaluation,
  askedEvaluation,
  askedTask,
  EVALUATION_OPTIONS,
  fromTo,
  percent,
  percentOr,
  readTrainedModel,
  table,
} from '../evaluation';
import { checkWritable } from '../files';
import { numeric, options, required } from '../input';
import { print } from '../output';
import { OWN_OPTIONS, readOwn } from '../own';
import { recordedRuns } from '../recorded';

function tell({ task, level, sampling }: AskedEvaluation, report: EvaluationReport): void {
  const { accuracy, ofN, runs } = report;
  runs.forEach(({ accuracy, meanLength }, r) => {
    print(`run ${r + 1}: ${percent(accuracy)}, ${meanLength.toFixed(1)} tokens`);
  });
  print(
    `${task.name} ${level} at temperature ${sampling.temperature}: ${percent(accuracy.mean)}, sd ${percentOr(accuracy.sd)} ` +
      `(of ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}), on average ${percent(report.partial)} of an answer right, ${report.meanLength.toFixed(1)} tokens, ${percent(report.truncated)} cut off`,
  );
  print(
    `${percent(accuracy.interval.confidence, 0)} interval ${fromTo(accuracy.interval)} (Wilson, a share of ${report.problems} problems)`,
  );
  print(
    `standard error: ${percentOr(accuracy.standardErrorOverRuns, 2)} over runs (sampling noise on these problems), ` +
      `${percentOr(accuracy.standardErrorOverProblems || null, 2)} over problems (which ${report.problems} were asked)`,
  );
  print(
    `of ${ofN.n}: average ${percent(ofN.average)}, best ${percent(ofN.best)}, worst ${percent(ofN.worst)}, majority ${percent(ofN.majority)}`,
  );
  print(report.passAtK.map(({ k, value }) => `pass@${k} ${percent(value)}`).join(', '));
  const range = (from: number, to: number) => (from === to ? `${from}` : `${from}–${to}`);
  print(
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
  if (given.out !== undefined) checkWritable(given.out);
  const runs = await withAdapter(given.adapter, (device) => recordedRuns(device, trained, evaluation, given.out));
  const report = evaluationReport(runs, of, votesOf(evaluation.task, evaluation.problems));
  if (given.json)
    print(
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
