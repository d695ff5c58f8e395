/** `runs`: lists stored runs, compares two, exports, imports and checks one. */
import { command, type Given, type Options } from '../command';
import { InputError, JSON_OPTION } from '../input';
import { usageOf } from '../runActions/action';
import { actions } from '../runActions/index';
import { printRuns } from '../runActions/list';

/** Folder of the runs if none is named. */
const RUNS = 'runs';

const options = {
  out: { type: 'string', value: 'PLACE', help: 'zip file of export, or folder of the run for import' },
  json: JSON_OPTION,
} as const satisfies Options;

async function work({ out, json = false }: Given<typeof options>, operands: readonly string[]): Promise<void> {
  const [first = RUNS, ...others] = operands;
  const action = actions.find(({ name }) => name === first);
  if (out !== undefined && !action?.writes)
    throw new InputError('--out is for runs export and runs import; leave it out');
  if (!action) {
    if (others.length > 0) throw new InputError(`runs takes one folder, or ${actions.map(usageOf).join(', ')}`);
    return printRuns(first, json);
  }
  if (others.length !== action.operands.length) throw new InputError(`use: runs ${usageOf(action)}`);
  if (action.writes && !out) throw new InputError(`--out is missing; use: runs ${usageOf(action)} --out PLACE`);
  await action.run(others, { out, json });
}

export const runs = command({
  name: 'runs',
  summary: 'Lists stored runs, compares two, exports, imports or checks one',
  examples: [
    'runs',
    'runs diff runs/parity runs/parity-beta-0',
    'runs export runs/parity --out parity.zip',
    'runs import parity.zip --out runs/parity-copy',
    'runs verify runs/parity',
  ],
  notes: [
    'Without an action it lists the runs of a folder: state, step, accuracy, reward, size and title. `diff` prints the recipe fields that differ, the last values of fields that `--apply` changed, and the results side by side. `verify` names each damaged file, with exit code 1. `--json` is for the list and `diff`.',
    '`import` checks a zip before it writes anything ([docs/runs.md](runs.md#zip)).',
  ],
  operands: {
    usage: `[DIR] | ${actions.map(usageOf).join(' | ')}`,
    help: `folder of runs (default ${RUNS}), or an action`,
  },
  options,
  run: work,
});
