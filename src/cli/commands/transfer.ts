/** `transfer`: a matrix of saved models (trained on) by tasks (evaluated on). */
import path from 'node:path';
import { evaluationReport } from '../../eval/report';
import { trainedOn } from '../../lab/run/sources';
import { percent } from '../../units';
import { withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import {
  askedEvaluation,
  askedTasks,
  EVALUATION_OPTIONS,
  readTrainedModel,
  type TrainedModel,
  table,
} from '../evaluation';
import { print } from '../output';
import { OWN_OPTIONS, readOwn } from '../own';
import { recordedRuns, recordFile } from '../recorded';

const trainedTasks = ({ recipe }: TrainedModel) => (recipe ? trainedOn(recipe) : null);

const options = {
  models: {
    type: 'string',
    value: 'DIR,DIR,…',
    required: true,
    help: 'folders of saved models or runs, or checkpoints such as runs/a@grpo-20, or RUN@base before training',
  },
  tasks: { type: 'string', value: 'NAME:LEVEL,…', required: true, help: 'tasks of the evaluation' },
  out: { type: 'string', value: 'DIR', help: 'records finished runs; the same command continues from there' },
  ...EVALUATION_OPTIONS,
  ...OWN_OPTIONS,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const models = await Promise.all(given.models.split(',').map(readTrainedModel));
  const evaluations = askedTasks(given.tasks, models, 'tasks', readOwn(given)).map((asked) =>
    askedEvaluation(given, asked, models),
  );
  for (const trained of models) for (const evaluation of evaluations) recordFile(given.out, trained, evaluation);
  const rows = await withAdapter(given.adapter, async (device) => {
    const rows = [];
    for (const trained of models) {
      const cells = [];
      for (const evaluation of evaluations) {
        const { task, level, problems, sampling } = evaluation;
        const all = await recordedRuns(device, trained, evaluation, recordFile(given.out, trained, evaluation));
        const { accuracy, partial, meanLength, truncated } = evaluationReport(all);
        cells.push({
          task: task.name,
          level,
          problems: problems.length,
          maxNew: sampling.maxNew,
          accuracy,
          partial,
          meanLength,
          truncated,
        });
      }
      rows.push({
        model: trained.place,
        digest: trained.digest,
        trainedOn: trainedTasks(trained),
        evaluatedOn: cells,
      });
    }
    return rows;
  });
  const { runs, sampling } = evaluations[0]!;
  const { temperature, seed } = sampling;
  if (given.json) {
    print(JSON.stringify({ runs, temperature, seed, matrix: rows }));
    return;
  }
  const lines = rows.map(({ model, trainedOn, evaluatedOn }) => [
    `${path.basename(model)} (${trainedOn?.join(' · ') ?? 'unknown'})`,
    ...evaluatedOn.map(
      ({ accuracy }) =>
        `${percent(accuracy.mean)} (${percent(accuracy.interval.low)} – ${percent(accuracy.interval.high)})`,
    ),
  ]);
  const heads = evaluations.map(({ task, level, problems }) => `${task.name} ${level} (${problems.length})`);
  print(table([['model (trained on)', ...heads], ...lines]));
  print(
    `mean and Wilson's 95 % interval of ${runs} ${runs === 1 ? 'run' : 'runs'} at temperature ${temperature}; held-out problems in brackets after each task`,
  );
}

export const transfer = command({
  name: 'transfer',
  summary: 'Evaluates several saved models on several tasks: trained on → evaluated on',
  examples: ['transfer --models runs/mixed,runs/parity --tasks parity:8,parity:12,addition:2 --out runs/matrix'],
  options,
  run: work,
});
