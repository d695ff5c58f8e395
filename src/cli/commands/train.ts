/** `train`: a new run of a recipe, the rest of a stopped run, or a fork of a checkpoint. */
import path from 'node:path';
import type { Device } from '../../gpu/device';
import { changedFields } from '../../lab/recipe/changedFields';
import type { Recipe } from '../../lab/recipe/recipe';
import type { Checkpoint } from '../../lab/run/checkpoint';
import { forkCheckpoint } from '../../lab/run/fork';
import { openRewards } from '../../lab/run/options';
import { continueStored, RunEndedError, restoreMeta } from '../../lab/stored/continuation';
import { checkpointOf, createFork, createStored } from '../../lab/stored/forked';
import type { Start } from '../../lab/stored/reopen';
import { excerpt } from '../../quote';
import { faultText, StorageFullError } from '../../runs/files';
import { nodeFiles } from '../../runs/nodeFiles';
import { valueAt } from '../../valueAt';
import { ADAPTER } from '../adapter';
import { APPLY_OPTION, changesOf } from '../applied';
import { command, type Given, type Options } from '../command';
import { shownPath } from '../fileFault';
import { InputError, inputAsync } from '../input';
import { OWN_OPTIONS, readOwn } from '../own';
import { RECIPE_OPTIONS, readRecipe, withSet } from '../recipe';
import { checkNewRun, checkStoredRun, runAndCheckpoint, takeNewRun, takeRun } from '../runPlace';
import { call } from '../shell';
import { checkFits, continuationLines, trainStored } from '../training';

const { required: _, ...OPTIONAL_RECIPE } = RECIPE_OPTIONS.recipe;

const options = {
  ...RECIPE_OPTIONS,
  recipe: OPTIONAL_RECIPE,
  out: { type: 'string', value: 'DIR', help: 'folder of the new run: recipe, journal, checkpoints and summary' },
  resume: { type: 'string', value: 'DIR', help: 'continues a stopped run from its newest good checkpoint' },
  fork: {
    type: 'string',
    value: 'DIR[@NAME]',
    help: 'begins a new run in --out from a checkpoint of a run, such as runs/a@grpo-20 (default: the newest), with the fields of --set',
  },
  apply: APPLY_OPTION,
  adapter: ADAPTER,
  ...OWN_OPTIONS,
} as const satisfies Options;
type TrainOptions = Given<typeof options>;

/** @throws InputError naming the options that do not go with `--resume` or `--fork` */
function refuseWith(
  option: 'resume' | 'fork',
  names: readonly (keyof TrainOptions)[],
  given: TrainOptions,
  why: string,
) {
  const found = names.filter((name) => given[name] !== undefined).map((name) => `--${name}`);
  if (found.length > 0) throw new InputError(`--${option} ${why}; leave out ${found.join(' and ')}`);
}

/** Folder of `--out`. @throws InputError without it, or if it cannot take a run */
function newPlace({ out }: TrainOptions): string {
  if (out === undefined) throw new InputError('--out is missing; give the folder of the new run');
  checkNewRun(out);
  return out;
}

/** Makes a run in a new folder, and trains it. */
async function trainNew(
  out: string,
  { adapter, apply }: TrainOptions,
  recipe: Recipe,
  create: (device: Device) => Promise<Start>,
  from: Pick<Checkpoint, 'stage' | 'step'> | null = null,
): Promise<void> {
  await inputAsync(() => openRewards(recipe));
  const changes = changesOf(apply, recipe, from);
  const { owner, discard } = await takeNewRun(out);
  let isCreated = false;
  const first = async (device: Device): Promise<Start> => {
    await checkFits(device, recipe);
    const start = await create(device);
    isCreated = true;
    return start;
  };
  try {
    await trainStored({ folder: out, owner, adapter, first, changes });
  } catch (error) {
    if (isCreated) throw error;
    await discard();
    if (!(error instanceof StorageFullError)) throw error;
    throw new InputError(`--out: ${shownPath(out)} cannot be written: the disk is full; choose another place`);
  }
}

async function trainFresh(given: TrainOptions): Promise<void> {
  const { recipe: name } = given;
  if (name === undefined) throw new InputError('--recipe is missing; npm run lab -- train --help');
  const out = newPlace(given);
  const recipe = readRecipe({ ...given, recipe: name }, readOwn(given));
  await trainNew(out, given, recipe, async ({ name: adapter }) => {
    const folder = await createStored(nodeFiles(out), recipe, { adapter, title: recipe.title });
    return { folder, recipe, from: null };
  });
}

async function trainRest(folder: string, given: TrainOptions): Promise<void> {
  const others = ['recipe', 'out', 'set', 'seed', 'data', 'match', 'tolerance', 'fork'] as const;
  refuseWith('resume', others, given, "continues the run's own recipe in its own folder (--fork changes them)");
  checkStoredRun(folder, '--resume');
  const owner = await takeRun(folder, '--resume');
  const continuation = await inputAsync(() =>
    continueStored(nodeFiles(folder)).catch((error: unknown) => {
      if (!(error instanceof RunEndedError)) throw error;
      const fork = call('train', '--fork', folder, '--set', 'grpo.steps=…', '--out', `${folder}-2`);
      throw new InputError(`${error.message}: ${fork}`);
    }),
  );
  const { recipe, from } = continuation;
  const changes = changesOf(given.apply, recipe, from?.checkpoint ?? null);
  for (const line of continuationLines(continuation)) console.error(line);
  const first = async ({ name }: Device): Promise<Start> => {
    await restoreMeta(continuation, name);
    return continuation;
  };
  await trainStored({ folder, owner, adapter: given.adapter, first, changes });
}

async function trainFork(place: string, given: TrainOptions): Promise<void> {
  refuseWith('fork', ['recipe', 'data', 'match', 'tolerance'], given, "begins with the recipe of the run's checkpoint");
  const out = newPlace(given);
  const { run, checkpoint: name } = runAndCheckpoint(place);
  checkStoredRun(run, '--fork');
  const { info, checkpoint, faults } = await inputAsync(() => checkpointOf(nodeFiles(run), name));
  const recipe = withSet(checkpoint.recipe, given);
  const { checkpoint: start, fields, optimizer } = await inputAsync(async () => forkCheckpoint(checkpoint, recipe));
  const shown = (of: Recipe, field: string) => excerpt(JSON.stringify(valueAt(of, field)) ?? 'nothing');
  const lines = [
    ...faults.map((fault) => `note: ${path.join(run, faultText(fault))}; ${info.name} is used`),
    `forks ${run}@${info.name}${fields.length === 0 ? ' without a change' : ''}; state of the optimizer: ${optimizer}`,
    ...changedFields(checkpoint.recipe, recipe).map(
      (field) => `  ${field}: ${shown(checkpoint.recipe, field)} → ${shown(recipe, field)}`,
    ),
  ];
  const create = async ({ name: adapter }: Device): Promise<Start> => {
    for (const line of lines) console.error(line);
    const parent = { run, stage: info.stage, step: info.step };
    const { folder, from } = await createFork(nodeFiles(out), start, parent, { adapter, title: recipe.title });
    return { folder, recipe, from };
  };
  await trainNew(out, given, recipe, create, start);
}

async function work(given: TrainOptions): Promise<void> {
  const { resume, fork } = given;
  if (resume !== undefined) await trainRest(resume, given);
  else if (fork !== undefined) await trainFork(fork, given);
  else await trainFresh(given);
}

export const train = command({
  name: 'train',
  summary: 'Trains a recipe: SFT, GRPO and their evaluations',
  examples: [
    'train --recipe parity-12 --out runs/parity --seed 0 --set grpo.steps=40',
    'train --recipe parity-12 --data mine.jsonl --match numeric --out runs/mine --set reward.lMax=64',
    'train --resume runs/parity',
    'train --fork runs/parity@grpo-20 --set grpo.beta=0 --out runs/parity-beta-0',
    'train --recipe parity-12 --out runs/shaped --apply 20:reward.brevity=0.5',
  ],
  notes: [
    'Writes [the files of a run](runs.md). Each folder in `checkpoints` is a model that [other programs](data.md#use-the-model-elsewhere) can read. `--recipe` takes a name or a `.json` file.',
    '`--out` takes a new or empty folder: nothing is replaced. One process writes a run; the others are refused.',
    'A signal ends the run after its step, with a checkpoint. `--resume` continues it to the bit on the same adapter: its events and weights equal those of a run that was never stopped. The same holds for a run that was killed; it computes the events after its last checkpoint again.',
    '`--apply` changes a reward, sampling, loss or optimizer field of the running run between two steps. The journal has the change, and `--resume` repeats it.',
    '`--fork` refuses a change that the checkpoint cannot continue with, such as another width, and names the field.',
    'On a full disk the run pauses, prints what it needs, and goes on once there is room. If the GPU device is lost, the run opens it again and continues from its last checkpoint, up to three times in ten minutes.',
  ],
  options,
  writesFiles: true,
  stopsItself: true,
  run: work,
});
