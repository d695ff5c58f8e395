/** Fork of a run: a checkpoint of one recipe becomes the start of another, if the change of the recipe can continue. */
import { listed } from '../../quote';
import { OWN } from '../../tasks/own';
import { startEntropyControl } from '../../train/entropyControl';
import { changedFields } from '../recipe/changedFields';
import type { Recipe } from '../recipe/recipe';
import { type Checkpoint, checkpointName } from './checkpoint';
import { lossOptions } from './options';
import { PolicyWatch } from './policyAlert';
import type { RunState } from './runState';
import { sftTasks } from './sources';

export interface Fork {
  /** Start of the new run; give it to `run` with a session of the new recipe. */
  readonly checkpoint: Checkpoint;
  /** Changed fields of the recipe, by path. */
  readonly fields: readonly string[];
  /** State of the optimizer: kept, fresh because the recipe changes the optimizer, or none before a stage. */
  readonly optimizer: NonNullable<RunState['fork']>['optimizer'];
}

/** Changes that a checkpoint refuses. */
interface Refusal {
  readonly fields: RegExp;
  /** True for the checkpoints that refuse them. */
  applies(checkpoint: Checkpoint): boolean;
  readonly reason: string;
}

const always = () => true;
const inGrpo = ({ stage }: Checkpoint) => stage === 'grpo';
const inSft = ({ stage, step }: Checkpoint) => stage === 'sft' && step > 0;
/** True if GRPO has drawn problems. */
const hasDrawn = (checkpoint: Checkpoint) =>
  inGrpo(checkpoint) && (checkpoint.step > 0 || checkpoint.state.grpo?.curation != null);
/** Fields that choose the held-out problems and how the model answers them. */
const EVALUATION = /^(seed$|evaluation\.)/;

const REFUSALS: readonly Refusal[] = [
  { fields: /^model\./, applies: always, reason: 'belongs to the weights; start a new run' },
  { fields: /^precision$/, applies: always, reason: 'is fixed for a run; start a new run' },
  {
    fields: /^data\.clusters$/,
    applies: inSft,
    reason: 'is the data of the stage under way; fork from sft-0, or start a new run',
  },
  {
    fields: /^task\./,
    applies: (checkpoint) => inSft(checkpoint) && checkpoint.recipe.data.clusters.length === 0,
    reason: 'is the task of the stage under way; start a new run',
  },
  {
    fields: /^own\./,
    applies: (checkpoint) => inSft(checkpoint) && sftTasks(checkpoint.recipe).some(({ task }) => task.name === OWN),
    reason: 'is the data of the stage under way; start a new run',
  },
  {
    fields: /^(sft\.|data\.clusters$)/,
    applies: inGrpo,
    reason: 'belongs to SFT, which has ended; fork from an SFT checkpoint',
  },
  {
    fields: /^(task|own)\./,
    applies: inGrpo,
    reason: 'is what SFT was evaluated on; fork from an SFT checkpoint or start a new run',
  },
  {
    fields: /^data\.rlClusters$/,
    applies: hasDrawn,
    reason: 'is the data of the stage under way; fork from an SFT checkpoint',
  },
  {
    fields: /^curation\.(select|pool|dedupe|decontaminate)$/,
    applies: hasDrawn,
    reason: 'acts before GRPO; fork from an SFT checkpoint',
  },
  {
    fields: EVALUATION,
    applies: inGrpo,
    reason:
      'decides what the evaluation after SFT measured, so accuracies before and after GRPO would not compare; ' +
      'fork from an SFT checkpoint or start a new run',
  },
];

function refusals(checkpoint: Checkpoint, recipe: Recipe, fields: readonly string[]): string[] {
  const { stage, step } = checkpoint;
  const refused = fields.flatMap((field) => {
    const refusal = REFUSALS.find((one) => one.fields.test(field) && one.applies(checkpoint));
    return refusal ? [`${field}: ${refusal.reason}`] : [];
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

/** State of GRPO under the new recipe: what a changed field measures or steers starts again. */
function forkedGrpo(grpo: NonNullable<RunState['grpo']>, recipe: Recipe, fields: readonly string[]) {
  const changed = (pattern: RegExp) => fields.some((field) => pattern.test(field));
  const { gamma } = startEntropyControl(lossOptions(recipe).gamma);
  return {
    ...grpo,
    ...(changed(/^grpo\.(gamma|entropyTarget)/) && { control: { gamma, entropy: null } }),
    ...(changed(/^reward\./) && { watch: new PolicyWatch().state }),
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
