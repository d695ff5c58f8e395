/** `curate`: a pool of training problems, which of them a saved model should train on, and why; one JSON object a line. */

import { passHistogram, placeOf, type Selection, selections } from '../../data/curation/selection';
import { drawProblem, heldOutProblems } from '../../data/problems';
import { curatePool } from '../../lab/answer';
import { random } from '../../random';
import { withAdapter } from '../adapter';
import { askedTask, askedTasks, budgetFor, maxNewFor, readTrainedModel, table } from '../evaluation';
import { checkWritable, writeFile } from '../files';
import { InputError, input, numeric, options, required, SEED, temperatureOf } from '../input';
import { print } from '../output';
import { OWN_OPTIONS, readOwn } from '../own';
import { keeps } from '../stopping';

function selectionOf(text: string): Selection {
  const select = selections.find((name) => name === text);
  if (!select) throw new InputError(`--select: ${text} is none of ${selections.join(', ')}`);
  return select;
}

export async function curate(args: readonly string[]): Promise<void> {
  const given = options(args, {
    model: { type: 'string' },
    task: { type: 'string' },
    level: { type: 'string' },
    out: { type: 'string' },
    pool: { type: 'string' },
    samples: { type: 'string' },
    low: { type: 'string' },
    high: { type: 'string' },
    select: { type: 'string' },
    dedupe: { type: 'string' },
    decontaminate: { type: 'string' },
    against: { type: 'string' },
    temperature: { type: 'string' },
    'max-new': { type: 'string' },
    seed: { type: 'string' },
    adapter: { type: 'string' },
    ...OWN_OPTIONS,
  });
  const trained = readTrainedModel(required(given.model, 'model'));
  const own = readOwn(given);
  const asked = askedTask(required(given.task, 'task'), given.level, [trained], own);
  const out = required(given.out, 'out');
  const { task, level } = asked;
  const seed = numeric(given.seed, 'seed', 0, SEED);
  const share = (name: 'low' | 'high' | 'dedupe' | 'decontaminate', initial: number) =>
    numeric(given[name], name, initial, { min: 0, max: 1 });
  const settings = {
    select: selectionOf(given.select ?? 'band'),
    samples: numeric(given.samples, 'samples', 8, { min: 1, max: 256, whole: true }),
    low: share('low', 0.1),
    high: share('high', 0.9),
    dedupe: share('dedupe', 1),
    decontaminate: share('decontaminate', 1),
    temperature: temperatureOf(given.temperature, 1),
    seed,
  };
  if (settings.low > settings.high)
    throw new InputError(`--low: the band from ${settings.low} to ${settings.high} is empty`);
  const stream = random(seed, 'curation', task.name, level);
  const count = numeric(given.pool, 'pool', 512, { min: 1, max: 100_000, whole: true });
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
  checkWritable(out);
  keeps(() => `${out} is as it was: problems are written when all are answered`);
  const curated = await withAdapter(given.adapter, (device) =>
    curatePool(device, trained.model, pool, held, { ...settings, maxNew }),
  );
  const lines = curated.map(({ problem: { problem, task, level }, passRate, kept, reason }) =>
    JSON.stringify({ task: task.name, level, ...problem, passRate, kept, reason }),
  );
  writeFile(out, `${lines.join('\n')}\n`);

  const rated = curated.flatMap(({ problem, passRate }) => (passRate === null ? [] : [{ problem, passRate }]));
  const kept = curated.filter((one) => one.kept).length;
  print(
    table([
      [`right of ${settings.samples}`, 'problems', ''],
      ...passHistogram(rated, settings.samples).map((problems, right) => [
        String(right),
        String(problems),
        placeOf(right / settings.samples, settings),
      ]),
    ]),
  );
  print(
    `${count} problems, ${count - rated.length} left out as duplicates or contaminated, ${kept} kept (${settings.select})`,
  );
  if (kept === 0)
    throw new InputError(
      `nothing is kept: no problem falls under “${settings.select}” of the band from ${settings.low} to ${settings.high}; ` +
        `widen it, take another level or a larger pool (${out} says why for each)`,
    );
}
