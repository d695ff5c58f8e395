/** Fields of a recipe that cannot change at a place of a run, with reasons. A fork and a running run share them. */
import { OWN } from '../../tasks/own';
import type { Recipe } from '../recipe/recipe';
import type { CheckpointStage } from './checkpoint';
import { sftTasks } from './sources';

/** Place between two steps at which a recipe changes. */
export interface ChangePlace {
  readonly stage: CheckpointStage;
  /** Steps of the stage so far. */
  readonly step: number;
  readonly recipe: Recipe;
  /** True if problems of GRPO were selected. */
  readonly isCurated: boolean;
}

/** Changes that are refused at some places. */
interface Refusal {
  readonly fields: RegExp;
  /** True for the places that refuse them. */
  applies(place: ChangePlace): boolean;
  readonly reason: string;
}

const always = () => true;
const inGrpo = ({ stage }: ChangePlace) => stage === 'grpo';
const inSft = ({ stage, step }: ChangePlace) => stage === 'sft' && step > 0;
/** True if GRPO has drawn problems. */
const hasDrawn = (place: ChangePlace) => inGrpo(place) && (place.step > 0 || place.isCurated);
/** Fields that choose the held-out problems and how the model answers them. */
export const EVALUATION = /^(seed$|evaluation\.)/;

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
    applies: (place) => inSft(place) && place.recipe.data.clusters.length === 0,
    reason: 'is the task of the stage under way; start a new run',
  },
  {
    fields: /^own\./,
    applies: (place) => inSft(place) && sftTasks(place.recipe).some(({ task }) => task.name === OWN),
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

/** Reason why a field cannot change at a place; null if it can. */
export const refusalOf = (field: string, place: ChangePlace): string | null =>
  REFUSALS.find((one) => one.fields.test(field) && one.applies(place))?.reason ?? null;
