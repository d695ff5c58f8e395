/** `compare`: two saved models on the same held-out problems. */
import { compareRuns } from '../../eval/comparison';
import { evaluationReport } from '../../eval/report';
import { percent } from '../../units';
import { withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import {
  askedEvaluation,
  askedTask,
  EVALUATION_OPTIONS,
  fromTo,
  LEVEL,
  MODEL_VALUE,
  percentOr,
  readTrainedModel,
  TASK,
} from '../evaluation';
import { print } from '../output';
import { OWN_OPTIONS, readOwn } from '../own';
import { recordedRuns, recordFile } from '../recorded';

const options = {
  a: { type: 'string', value: MODEL_VALUE, required: true, help: 'first model: a folder, a run or its checkpoint' },
  b: { type: 'string', value: MODEL_VALUE, required: true, help: 'second model' },
  task: TASK,
  level: LEVEL,
  out: { type: 'string', value: 'DIR', help: 'records finished runs; the same command continues from there' },
  ...EVALUATION_OPTIONS,
  ...OWN_OPTIONS,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const models = [await readTrainedModel(given.a), await readTrainedModel(given.b)];
  const asked = askedTask(given.task, given.level, models, readOwn(given));
  const evaluation = askedEvaluation(given, asked, models);
  const { task, level, problems, runs, sampling } = evaluation;
  const files = models.map((model) => recordFile(given.out, model, evaluation));
  const [a, b] = await withAdapter(given.adapter, async (device) => {
    const all = [];
    for (const [i, model] of models.entries()) all.push(await recordedRuns(device, model, evaluation, files[i]));
    return all;
  });
  const comparison = compareRuns(a!, b!, sampling.seed);
  const [accuracyA, accuracyB] = [a!, b!].map((all) => evaluationReport(all).accuracy);
  if (given.json) {
    const digests = { a: models[0]!.digest, b: models[1]!.digest };
    const spreads = { accuracyA, accuracyB };
    print(JSON.stringify({ task: task.name, level, runs, ...sampling, models: digests, ...spreads, ...comparison }));
    return;
  }
  const { difference, interval, standardError, aBetter, bBetter, equal } = comparison;
  print(`${task.name} ${level} at temperature ${sampling.temperature}, ${problems.length} problems, ${runs} runs each`);
  for (const [name, i] of [
    ['a', 0],
    ['b', 1],
  ] as const) {
    const { mean, sd, interval } = [accuracyA, accuracyB][i]!;
    print(
      `${name}: ${percent(mean)}, ${percent(interval.confidence, 0)} interval ${fromTo(interval)} (Wilson), sd of runs ${percentOr(sd)}  ${models[i]!.place}`,
    );
  }
  print(
    `b − a: ${percent(difference)}, standard error ${percentOr(standardError || null, 2)}, ` +
      (interval
        ? `${percent(interval.confidence, 0)} interval ${fromTo(interval)} ` +
          (interval.resamples > 0
            ? `(paired bootstrap over problems, ${interval.resamples} resamples)`
            : '(Newcombe, because all problems differ by the same amount)')
        : 'interval n.a. (needs at least two problems)'),
  );
  print(`b is better on ${bBetter} problems, a on ${aBetter}, equal on ${equal}`);
}

export const compare = command({
  name: 'compare',
  summary: 'Compares two saved models on the same held-out problems, with the interval of the difference',
  examples: ['compare --a runs/mixed --b runs/parity --task parity --level 8'],
  notes: [
    'Problems are paired: the standard error and the 95 % interval (bootstrap) are those of the differences. With `--out DIR` the finished runs of each model are recorded there.',
  ],
  options,
  run: work,
});
