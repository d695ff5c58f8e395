/** Fork of a run: a checkpoint of one recipe becomes the start of another, if the change of the recipe can continue. */
import { listed } from '../../quote';
import { startEntropyControl } from '../../train/entropyControl';
import { changedFields } from '../recipe/changedFields';
import type { Recipe } from '../recipe/recipe';
import { type Checkpoint, checkpointName } from './checkpoint';
import { lossOptions } from './options';
import { PolicyWatch } from './policyAlert';
import { EVALUATION, refusalOf } from './refusals';
import type { RunState } from './runState';

export interface Fork {
  /** Start of the new run; give it to `run` with a session of the new recipe. */
  readonly checkpoint: Checkpoint;
  /** Changed fields of the recipe, by path. */
  readonly fields: readonly string[];
  /** State of the optimizer: kept, fresh because the recipe changes the optimizer, or none before a stage. */
  readonly optimizer: NonNullable<RunState['fork']>['optimizer'];
}

function refusals(checkpoint: Checkpoint, recipe: Recipe, fields: readonly string[]): string[] {
  const { stage, step, state } = checkpoint;
  const place = { stage, step, recipe: checkpoint.recipe, isCurated: state.grpo?.curation != null };
  const refused = fields.flatMap((field) => {
    const reason = refusalOf(field, place);
    return reason === null ? [] : [`${field}: ${reason}`];
  });
  const { steps } = recipe[stage];
  return steps < step ? [...refused, `${stage}.steps: is ${steps}; use ${step} or more, the steps taken`] : refused;
}

/**
 * State of SFT under the new recipe. Another seed draws the remaining data from the start of its own streams. Any other change
 * continues at the data cursors.
 */
const forkedSft = (sft: RunState['sft'], fields: readonly string[]): RunState['sft'] =>
  fields.includes('seed') ? { ...sft, problems: null, traces: null } : sft;

/** Parts of GRPO's state that start again, because a changed field steers or measures them. */
export const restartsOf = (fields: readonly string[]) => ({
  control: fields.some((field) => /^grpo\.(gamma|entropyTarget)/.test(field)),
  watch: fields.some((field) => field.startsWith('reward.')),
});

/** State of GRPO under the new recipe. */
function forkedGrpo(grpo: NonNullable<RunState['grpo']>, recipe: Recipe, fields: readonly string[]) {
  const restarts = restartsOf(fields);
  const { gamma } = startEntropyControl(lossOptions(recipe).gamma);
  return {
    ...grpo,
    ...(restarts.control && { control: { gamma, entropy: null } }),
    ...(restarts.watch && { watch: new PolicyWatch().state }),
  };
}

/**
 * Makes a checkpoint the start of a run of another recipe. Rates, losses, rewards, steps and later stages may change.
 * @throws naming every field whose change cannot continue
 */
export function forkCheckpoint(checkpoint: Checkpoint, recipe: Recipe): Fork {
  const { stage, state, optimizer: given } = checkpoint;
  const fields = changedFields(checkpoint.recipe, recipe);
  const refused = refusals(checkpoint, recipe, fields);
  if (refused.length > 0)
    throw new Error(listed(refused.map((line) => `fork of ${checkpointName(checkpoint)}: ${line}`)));
  const changesOptimizer = fields.includes(`${stage}.optimizer`);
  const optimizer = given === null ? (state.fork?.optimizer ?? 'none') : changesOptimizer ? 'fresh' : 'kept';
  const changesProblems = fields.some((field) => EVALUATION.test(field) || /^(task|own)\./.test(field));
  return {
    fields,
    optimizer,
    checkpoint: {
      ...checkpoint,
      recipe,
      optimizer: optimizer === 'kept' ? given : null,
      state: {
        ...state,
        memory: { estimated_bytes: 0, peak_bytes: 0 },
        // an evaluation on other problems is no baseline
        evaluations: state.evaluations.filter((event) => event.stage !== 'base' || !changesProblems),
        sft: forkedSft(state.sft, fields),
        grpo: state.grpo && forkedGrpo(state.grpo, recipe, fields),
        fork: { fields: [...fields], optimizer },
      },
    },
  };
}
