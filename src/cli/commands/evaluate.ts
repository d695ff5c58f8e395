/** `eval`: accuracy of a saved model on held-out problems. */
import { votesOf } from '../../eval/attempts';
import { type EvaluationReport, evaluationReport } from '../../eval/report';
import { percent } from '../../units';
import { withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import {
  type AskedEvaluation,
  askedEvaluation,
  askedTask,
  EVALUATION_OPTIONS,
  fromTo,
  LEVEL,
  MODEL,
  percentOr,
  readTrainedModel,
  TASK,
  table,
} from '../evaluation';
import { print } from '../output';
import { OWN_OPTIONS, readOwn } from '../own';
import { claimRecord, recordedRuns } from '../recorded';

function printReport({ task, level, sampling }: AskedEvaluation, report: EvaluationReport): void {
  const { accuracy, ofN, runs } = report;
  runs.forEach(({ accuracy, meanLength }, r) => {
    print(`run ${r + 1}: ${percent(accuracy)}, ${meanLength.toFixed(1)} tokens`);
  });
  print(
    `${task.name} ${level} at temperature ${sampling.temperature}: ${percent(accuracy.mean)}, sd ${percentOr(accuracy.sd)} ` +
      `(of ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}), ${percent(report.partial)} of an answer right on average, ${report.meanLength.toFixed(1)} tokens, ${percent(report.truncated)} cut off`,
  );
  print(
    `${percent(accuracy.interval.confidence, 0)} interval ${fromTo(accuracy.interval)} (Wilson, a share of ${report.problems} problems)`,
  );
  print(
    `standard error: ${percentOr(accuracy.standardErrorOverRuns, 2)} over runs (sampling noise on these problems), ` +
      `${percentOr(accuracy.standardErrorOverProblems, 2)} over problems (choice of these ${report.problems} problems)`,
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

const options = {
  model: MODEL,
  task: TASK,
  level: LEVEL,
  of: {
    type: 'number',
    min: 1,
    max: 10_000,
    whole: true,
    initial: 5,
    help: 'answers per problem for best, worst and majority',
  },
  out: { type: 'string', value: 'FILE.jsonl', help: 'records finished runs; the same command continues from there' },
  ...EVALUATION_OPTIONS,
  ...OWN_OPTIONS,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const trained = await readTrainedModel(given.model);
  const asked = askedTask(given.task, given.level, [trained], readOwn(given));
  const evaluation = askedEvaluation(given, asked, [trained]);
  if (given.out !== undefined) claimRecord(given.out, { files: [given.data], folders: trained.folders });
  const runs = await withAdapter(given.adapter, (device) => recordedRuns(device, trained, evaluation, given.out));
  const report = evaluationReport(runs, given.of, votesOf(evaluation.task, evaluation.problems));
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
  else printReport(evaluation, report);
}

export const evaluate = command({
  name: 'eval',
  summary: 'Measures the accuracy of a saved model on held-out problems, over independent runs',
  examples: [
    'eval --model runs/parity --task parity --runs 5 --temperature 0.8 --json',
    'eval --model runs/parity --task parity --runs 50 --out runs/parity-50.jsonl',
  ],
  notes: [
    'Prints mean, sd, both standard errors, the share of an answer that is right, best, worst and majority of n, pass@k, and accuracy by tokens. [docs/data.md](data.md#two-errors) explains the two errors.',
  ],
  options,
  run: work,
});
