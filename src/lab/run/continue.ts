/** Continues a run from a checkpoint: checks it, loads its tensors, and describes the continuation as an event. */
import { quote } from '../../quote';
import type { Optimizer } from '../../train/optimizers/optimizer';
import { renewWorkingWeights } from '../../train/workingWeights';
import { changedFields } from '../recipe/changedFields';
import { assertFiniteCheckpoint, type Checkpoint, checkpointName } from './checkpoint';
import type { ResumeEvent } from './events';
import { parseRunState } from './runState';
import type { Session } from './session';

/**
 * Checks a checkpoint against the session and itself.
 * @throws naming the field or the tensor
 */
export function checkCheckpoint(checkpoint: Checkpoint, { recipe }: Pick<Session, 'recipe'>): void {
  const where = `checkpoint ${checkpointName(checkpoint)}`;
  const fail = (problem: string): never => {
    throw new Error(`${where}: ${problem}`);
  };
  const { stage, step, state, optimizer, reference } = checkpoint;
  parseRunState(state, `${where}: state`);
  assertFiniteCheckpoint(checkpoint);
  const changed = changedFields(checkpoint.recipe, recipe);
  if (changed.length > 0)
    fail(`recipe: ${changed.join(', ')} differ from the session's recipe; fork the checkpoint to change the recipe`);
  const taken = stage === 'sft' ? state.sft.steps : state.grpo?.steps;
  if (taken !== step) fail(`state.${stage}.steps: is ${quote(taken)}; use ${step}, the step of the checkpoint`);
  if (stage === 'sft' && state.grpo) fail('state.grpo: is present before GRPO; remove it');
  // a fork with another seed draws from the start of its streams
  if (stage === 'sft' && step > 0 && !state.fork && !(state.sft.problems && state.sft.traces))
    fail('state.sft: the data cursors are missing; save the checkpoint again');
  if (stage === 'grpo' && !state.evaluations.some((event) => event.stage === 'sft'))
    fail('state.evaluations: the evaluation after SFT is missing; save the checkpoint again');
  if (stage === 'grpo' && step > 0 && !(state.grpo?.problems ?? state.grpo?.curation))
    fail('state.grpo: the data cursor is missing; save the checkpoint again');
  if (step > 0 && !optimizer && state.fork?.optimizer !== 'fresh')
    fail("optimizer: is missing; give the optimizer's state of the same step");
  if (stage === 'grpo' && step > 0 && !reference) fail('reference: is missing; give the reference of the same step');
}

/** Loads weights, reference, data cursors and kernel variants. @throws naming the tensors that do not fit */
export async function loadCheckpoint(session: Session, { model, reference, state }: Checkpoint): Promise<void> {
  if (session.device.name === state.adapter) session.kernels?.fix(state.kernels);
  session.load(model);
  if (state.sft.steps + (state.grpo?.steps ?? 0) > 0) await renewWorkingWeights(session.model);
  if (reference) session.model.reference.load(reference, 'the reference');
  const { sources } = session;
  if (state.sft.problems) sources.sft.restore(state.sft.problems);
  if (state.sft.traces) sources.traces.restore(state.sft.traces);
  if (state.grpo?.problems) sources.grpo.restore(state.grpo.problems);
}

/** Loads the optimizer's state of a stage that the checkpoint has begun. */
export function loadOptimizer(optimizer: Optimizer, checkpoint: Checkpoint | null, stage: Checkpoint['stage']): void {
  if (checkpoint?.stage === stage && checkpoint.optimizer) optimizer.load(checkpoint.optimizer);
}

/** Event at the start of the continuation. A fork also reports the run before it, because its own journal begins here. */
export function resumeEvent({ stage, step, state }: Checkpoint, { device }: Pick<Session, 'device'>): ResumeEvent {
  const { fork, sft, grpo, evaluations } = state;
  const { steps, final_loss, num_tokens } = sft;
  const before = {
    sft: { steps, final_loss, num_tokens },
    grpo: { num_tokens: grpo?.num_tokens ?? 0, curve: grpo?.curve ?? [] },
    evaluations,
  };
  return {
    ...{ type: 'resume', stage, step, adapter: device.name, device: device.kind },
    ...(fork && { fork: { ...fork, before } }),
  };
}
