/** `what-if`: the stored rollouts of a run under an edited reward. */
import { type StoredStep, storedSteps, storedVocabulary } from '../../lab/play/storedSteps';
import { editFault, WhatIf, type WhatIfStep } from '../../lab/play/whatIf';
import { type WhatIfSummary, WhatIfTotals } from '../../lab/play/whatIfSummary';
import { recipeAt } from '../../lab/stored/changes';
import { storedRecipe } from '../../lab/stored/continuation';
import { nodeFiles } from '../../runs/nodeFiles';
import { RunFolder } from '../../runs/runFolder';
import { percent } from '../../units';
import { command, type Given, type Options } from '../command';
import { table } from '../evaluation';
import { InputError, inputAsync } from '../input';
import { print } from '../output';
import { RECIPE_OPTIONS, withSet } from '../recipe';
import { checkStoredRun } from '../runPlace';
import { partsJson } from '../scores';

const options = {
  set: RECIPE_OPTIONS.set,
  json: { type: 'boolean', help: 'prints one line of JSON per rollout, then one with the summary' },
} as const satisfies Options;

const shown = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

function printSummary({
  steps,
  rollouts,
  accuracy,
  before,
  after,
  parts,
  signs,
  rightDiscouraged,
}: WhatIfSummary): void {
  print(`${steps} steps, ${rollouts} rollouts, ${percent(accuracy)} right`);
  print('');
  const row = (name: string, pick: (side: typeof before) => number | null) => [
    name,
    shown(pick(before)),
    shown(pick(after)),
  ];
  print(
    table([
      ['', 'before', 'after'],
      row('mean reward', ({ mean }) => mean),
      row('lowest reward', ({ min }) => min),
      row('highest reward', ({ max }) => max),
      row('correlation of reward with correctness', ({ correlation }) => correlation),
      ['right completions made less likely', String(rightDiscouraged.before), String(rightDiscouraged.after)],
    ]),
  );
  print('');
  print(
    table([
      ['term of the edited reward', 'weight', 'mean'],
      ...parts.map(({ name, weight, mean }) => [name, shown(weight), shown(mean)]),
    ]),
  );
  print('');
  print(
    `${signs.changed} advantages change their sign (${percent(signs.changed / rollouts)}): ${signs.lessToMore} from less to more likely, ${signs.moreToLess} from more to less likely, ${signs.changed - signs.lessToMore - signs.moreToLess} from or to 0`,
  );
}

/** Rollouts of a step for `--json`, each part with its reason as code and as sentence. */
const rowsOf = ({ groups }: StoredStep, { step, rollouts }: WhatIfStep) =>
  rollouts.map(({ after, ...rollout }) => {
    const { task, rollouts: stored } = groups[rollout.group]!;
    const parts = partsJson(task, { reason: stored[rollout.rollout]!.verdict }, after.parts);
    return { step, ...rollout, after: { ...after, parts } };
  });

async function work({ set, json }: Given<typeof options>, operands: readonly string[]): Promise<void> {
  const [place, ...more] = operands;
  if (place === undefined || more.length > 0) throw new InputError('what-if takes the folder of one run');
  if (!set) throw new InputError('--set is missing; set a field of the reward, such as --set reward.rightLong=1');
  checkStoredRun(place, 'what-if');
  const run = await RunFolder.open(nodeFiles(place));
  const { journal } = run;
  if (journal.events === 0) throw new InputError(`${place} has no events yet; train it first`);
  const recipe = await inputAsync(async () => recipeAt(journal, journal.events, await storedRecipe(run)));
  const edited = withSet(recipe, { set });
  const fault = editFault(recipe, edited);
  if (fault !== null) throw new InputError(`--set: ${fault}`);
  const totals = new WhatIfTotals();
  const steps = storedSteps(journal);
  const vocabulary = await inputAsync(() => storedVocabulary(journal));
  await inputAsync(async () => {
    const scorer = await WhatIf.open(edited, vocabulary);
    for await (const step of steps) {
      const scored = scorer.step(step);
      totals.add(scored);
      if (json) for (const row of rowsOf(step, scored)) print(JSON.stringify(row));
    }
  });
  const summary = totals.summary();
  if (!summary) throw new InputError(`${place} has no GRPO step yet; what-if scores the rollouts of GRPO`);
  if (json) print(JSON.stringify({ summary }));
  else printSummary(summary);
}

export const whatIf = command({
  name: 'what-if',
  summary: 'Scores the stored rollouts of a run again under an edited reward',
  examples: [
    'what-if runs/parity --set reward.rightLong=1',
    'what-if runs/parity --set reward.brevity=0.1 --set grpo.scaleRewards=none --json',
  ],
  notes: [
    'Sets fields of `reward`, `grpo.scaleRewards` or `grpo.aggregation` in the last recipe of the run, which has its changes by `--apply`. Verdicts stay those of the run; rewards and advantages are computed as training would. Needs no GPU and changes nothing ([docs/rewards.md](rewards.md#what-if)).',
  ],
  operands: { usage: 'RUN', help: 'folder of a stored run' },
  options,
  run: work,
});
