/** The two stages of training on a session: each a trainer with its optimizer, opened where its stage begins. */
import type { BatchCapacity } from '../../train/batch';
import { createFrom } from '../../train/optimizers';
import type { Optimizer } from '../../train/optimizers/optimizer';
import { PolicyTrainer } from '../../train/policy';
import { ReferenceSync } from '../../train/referenceSync';
import { SupervisedTrainer } from '../../train/supervised';
import type { Recipe } from '../recipe/recipe';
import { commonOptions, lossOptions, type OptimizerFields, referenceSyncOptions } from './options';
import type { Session } from './session';

/** Parts of a session that a stage uses. */
export type StageParts = Pick<Session, 'model' | 'recipe' | 'lengths' | 'own'>;

/** Parts of a session under a recipe that a running run has changed. */
export const partsUnder = (session: Session, recipe: Recipe): StageParts => ({
  ...{ model: session.model, lengths: session.lengths, recipe },
  own: (thing) => session.own(thing),
});

/** Capacity of a pass over a batch of `sequences`, limited by the recipe's tokens per pass. */
const passCapacity = ({ recipe, lengths }: StageParts, sequences: number): BatchCapacity => ({
  tokens: Math.max(lengths.longest, Math.min(recipe.tokensPerPass, sequences * lengths.longest)),
  longest: lengths.longest,
  recompute: recipe.memory.recompute,
});

async function openOptimizer(session: StageParts, stage: OptimizerFields): Promise<Optimizer> {
  const { model } = session;
  return session.own(await createFrom(model.device, model, commonOptions(stage), stage.optimizer, stage));
}

/** @param capacity of a pass; the self-test opens a smaller one than the recipe asks for */
export async function openSupervised(
  session: StageParts,
  capacity = passCapacity(session, session.recipe.sft.sequences),
) {
  const optimizer = await openOptimizer(session, session.recipe.sft);
  const created = await SupervisedTrainer.create(session.model, optimizer, capacity);
  return { trainer: session.own(created), optimizer, capacity };
}

export async function openPolicy(
  session: StageParts,
  capacity = passCapacity(session, session.recipe.grpo.prompts * session.recipe.grpo.groupSize),
) {
  const { model, recipe } = session;
  const optimizer = await openOptimizer(session, recipe.grpo);
  const options = lossOptions(recipe);
  const { temperature } = recipe.grpo;
  const created = await PolicyTrainer.create(model, optimizer, capacity, options, temperature);
  const sync = referenceSyncOptions(recipe);
  const referenceSync = sync && session.own(await ReferenceSync.create(model.device, model, sync));
  return { trainer: session.own(created), referenceSync, optimizer, capacity };
}

export type Supervised = Awaited<ReturnType<typeof openSupervised>>;
export type Policy = Awaited<ReturnType<typeof openPolicy>>;
