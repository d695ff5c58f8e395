/** `curate`: a pool of training problems, which of them a saved model should train on, and why; one JSON object a line. */

import { passHistogram, placeOf, type Selection, selections } from '../../data/curation/selection';
import { drawProblem, heldOutProblems } from '../../data/problems';
import { curatePool } from '../../lab/probe/answer';
import { excerpt } from '../../quote';
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
import { checkTemperature, InputError, input } from '../input';
import { print } from '../output';
import { OWN_OPTIONS, readOwn } from '../own';
import { keeps } from '../stopping';

function selectionOf(text: string): Selection {
  const select = selections.find((name) => name === text);
  if (!select) throw new InputError(`--select: ${excerpt(text)} is none of ${selections.join(', ')}`);
  return select;
}

const share = (initial: number, help: string) =>
  ({ type: 'number', value: 'S', min: 0, max: 1, initial, help }) as const;

const options = {
  model: MODEL,
  task: TASK,
  level: LEVEL,
  out: { type: 'string', value: 'FILE.jsonl', required: true, help: 'the problems, each with why it is kept or not' },
  pool: { type: 'number', min: 1, max: 100_000, whole: true, initial: 512, help: 'problems to choose from' },
  samples: { type: 'number', min: 1, max: 256, whole: true, initial: 8, help: 'answers to each problem' },
  low: share(0.1, 'lower end of the band of pass rates'),
  high: share(0.9, 'upper end of the band of pass rates'),
  select: { type: 'string', value: selections.join('|'), help: 'which problems are kept (default band)' },
  dedupe: share(1, 'likeness from which a problem is a duplicate'),
  decontaminate: share(1, 'likeness to a held-out problem from which a problem is contaminated'),
  against: {
    type: 'string',
    value: 'NAME:LEVEL,…',
    help: 'tasks whose held-out problems count (default: the task itself)',
  },
  temperature: temperatureOption(1),
  'max-new': MAX_NEW,
  seed: SEED_OPTION,
  adapter: ADAPTER,
  ...OWN_OPTIONS,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const { out, seed, samples, low, high, dedupe, decontaminate, pool: count } = given;
  const select = selectionOf(given.select ?? 'band');
  const temperature = checkTemperature(given.temperature);
  if (low > high) throw new InputError(`--low: the band from ${low} to ${high} is empty`);
  const trained = readTrainedModel(given.model);
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
  checkWritable(out, { files: [given.data], folders: [given.model] });
  keeps(() => `${out} is as it was: problems are written when all are answered`);
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
        `widen it, take another level or a larger pool (${out} says why for each)`,
    );
}

export const curate = command({
  name: 'curate',
  summary: 'a pool of training problems: which of them a saved model should train on, and why',
  options,
  writesFiles: true,
  run: work,
});
