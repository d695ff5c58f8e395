/** `curate`: which problems of a pool a saved model should train on, and why. */
import { passHistogram, placeOf, selections } from '../../data/curation/selection';
import { drawProblem, heldOutProblems } from '../../data/problems';
import { curatePool } from '../../lab/probe/answer';
import { random } from '../../random';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import {
  askedTask,
  askedTasks,
  budgetFor,
  LEVEL,
  MAX_NEW,
  MODEL,
  maxNewFor,
  readTrainedModel,
  SEED_OPTION,
  TASK,
  table,
  temperatureOption,
} from '../evaluation';
import { checkWritable, writeFile } from '../files';
import { checkTemperature, InputError, input, oneOf } from '../input';
import { print } from '../output';
import { OWN_OPTIONS, readOwn } from '../own';
import { keeps } from '../stopping';

const share = (initial: number, help: string) =>
  ({ type: 'number', value: 'S', min: 0, max: 1, initial, help }) as const;

const options = {
  model: MODEL,
  task: TASK,
  level: LEVEL,
  out: {
    type: 'string',
    value: 'FILE.jsonl',
    required: true,
    help: 'the problems, each with its pass rate and the reason to keep it or not',
  },
  pool: { type: 'number', min: 1, max: 100_000, whole: true, initial: 512, help: 'number of problems to choose from' },
  samples: { type: 'number', min: 1, max: 256, whole: true, initial: 8, help: 'answers per problem' },
  low: share(0.1, 'lowest pass rate of the band'),
  high: share(0.9, 'highest pass rate of the band'),
  select: { type: 'string', value: selections.join('|'), help: 'problems that are kept (default band)' },
  dedupe: share(1, 'similarity at which a problem counts as a duplicate'),
  decontaminate: share(1, 'similarity to a held-out problem at which a problem counts as contaminated'),
  against: {
    type: 'string',
    value: 'NAME:LEVEL,…',
    help: 'tasks whose held-out problems are compared (default: the task itself)',
  },
  temperature: temperatureOption(1),
  'max-new': MAX_NEW,
  seed: SEED_OPTION,
  adapter: ADAPTER,
  ...OWN_OPTIONS,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const { out, seed, samples, low, high, dedupe, decontaminate, pool: count } = given;
  const select = oneOf(given.select ?? 'band', selections, 'select');
  const temperature = checkTemperature(given.temperature);
  if (low > high) throw new InputError(`--low: the band from ${low} to ${high} is empty; use a --low below --high`);
  const trained = await readTrainedModel(given.model);
  const own = readOwn(given);
  const asked = askedTask(given.task, given.level, [trained], own);
  const { task, level } = asked;
  const stream = random(seed, 'curation', task.name, level);
  const pool = input(() =>
    Array.from({ length: count }, () => ({ task, level, problem: drawProblem(task, level, 'train', stream) })),
  );
  const prompts = pool.map(({ problem }) => problem.prompt);
  const maxNew = maxNewFor(given['max-new'], trained, prompts, budgetFor(asked, [trained]));
  const against = given.against === undefined ? [asked] : askedTasks(given.against, [trained], 'against', own);
  const held = against.map(({ task, level }) => ({
    ...{ task, level },
    problems: input(() => heldOutProblems(task, level, 256, seed)),
  }));
  const settings = { select, samples, low, high, dedupe, decontaminate, temperature, maxNew, seed };
  checkWritable(out, { files: [given.data], folders: trained.folders });
  keeps(() => `${out} has not changed: problems are written after the last answer`);
  const curated = await withAdapter(given.adapter, (device) => curatePool(device, trained.model, pool, held, settings));
  const lines = curated.map(({ problem: { problem, task, level }, passRate, kept, reason }) =>
    JSON.stringify({ task: task.name, level, ...problem, passRate, kept, reason }),
  );
  writeFile(out, `${lines.join('\n')}\n`);

  const rated = curated.flatMap(({ problem, passRate }) => (passRate === null ? [] : [{ problem, passRate }]));
  const kept = curated.filter((one) => one.kept).length;
  print(
    table([
      [`right of ${samples}`, 'problems', ''],
      ...passHistogram(rated, samples).map((problems, right) => [
        String(right),
        String(problems),
        placeOf(right / samples, { low, high }),
      ]),
    ]),
  );
  print(`${count} problems, ${count - rated.length} left out as duplicates or contaminated, ${kept} kept (${select})`);
  if (kept === 0)
    throw new InputError(
      `nothing is kept: no problem falls under “${select}” of the band from ${low} to ${high}; ` +
        `widen the band, use another level or a larger pool (${out} gives the reason for each)`,
    );
}

export const curate = command({
  name: 'curate',
  summary: 'Chooses from a pool the problems that a saved model should train on, and gives the reason for each',
  examples: ['curate --model runs/parity --task parity --pool 512 --samples 8 --low 0.1 --high 0.9 --out pool.jsonl'],
  options,
  writesFiles: true,
  run: work,
});
