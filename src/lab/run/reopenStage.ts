/** Opens the trainer and optimizer of a stage again where a change of the recipe needs it. The optimizer keeps its state. */
import type { Optimizer } from '../../train/optimizers/optimizer';
import type { Recipe } from '../recipe/recipe';
import { plannedDispatches } from './memory';
import { assertSound } from './precision';
import type { Change } from './runChanges';
import { selfTest } from './selfTest/selfTest';
import type { Session } from './session';
import { openPolicy, openSupervised, type Policy, partsUnder, type Supervised } from './stages';

/** Fields that each step reads, without a change of its plans. */
const READ_BY_STEPS = [
  /^reward\./,
  /^(sft|grpo)\.(learningRate|warmup|decay|floor)$/,
  /^sft\.gate/,
  /^grpo\.(scaleRewards|aggregation|dynamicSampling|dynamicDraws|updates|maskTruncated|topP|topK|minP)$/,
  /^grpo\.(entropyTarget|gamma|gammaStep|gammaMin|gammaMax)$/,
];

/** True if the plans of a stage depend on a changed field. */
function changesPlans({ event: { fields, stage } }: Change): boolean {
  return Object.keys(fields).some(
    (field) => field.startsWith(`${stage}.`) && !READ_BY_STEPS.some((pattern) => pattern.test(field)),
  );
}

/** Compiles and tests the kernels of a changed recipe, as at the start of a run. */
async function prepare(session: Session, recipe: Recipe): Promise<void> {
  const { device, tokenizer, model, lengths, tuningCache } = session;
  const dispatches = await plannedDispatches(recipe, device);
  await device.compile(dispatches);
  await assertSound(device, dispatches);
  await selfTest({ device, tokenizer, model, lengths, tuningCache, recipe }, dispatches);
}

/** Opens a stage again under the changed recipe; the same parts if their plans do not depend on it. */
async function reopened<T extends { readonly optimizer: Optimizer }>(
  session: Session,
  opened: T,
  change: Change,
  stage: { owned(opened: T): { destroy(): void }[]; open(recipe: Recipe): Promise<T> },
): Promise<T> {
  if (!changesPlans(change)) return opened;
  const { recipe, event } = change;
  await prepare(session, recipe);
  const isFresh = `${event.stage}.optimizer` in event.fields;
  const state = isFresh ? null : await opened.optimizer.state();
  session.release(...stage.owned(opened));
  const next = await stage.open(recipe);
  if (state) next.optimizer.load(state);
  return next;
}

export const reopenedSupervised = (session: Session, opened: Supervised, change: Change): Promise<Supervised> =>
  reopened(session, opened, change, {
    owned: ({ trainer, optimizer }) => [trainer, optimizer],
    open: (recipe) => openSupervised(partsUnder(session, recipe)),
  });

export const reopenedPolicy = (session: Session, opened: Policy, change: Change): Promise<Policy> =>
  reopened(session, opened, change, {
    owned: ({ trainer, optimizer, referenceSync }) => [trainer, optimizer, ...(referenceSync ? [referenceSync] : [])],
    open: (recipe) => openPolicy(partsUnder(session, recipe)),
  });
