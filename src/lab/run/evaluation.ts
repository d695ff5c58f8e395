/** What a run measures of its model as it stands: every evaluated task, greedily and sampled, on problems held out. */
import { type Accuracy, measureAccuracy } from '../../eval/accuracy';
import type { EvaluationEvent, TaskEvaluation } from './events';
import { gradientCostOf, storageCostOf } from './precision';
import type { Evaluated, Session } from './session';

/** Keep the random numbers of sampled evaluations and of the gate apart from those of rollouts. */
const SAMPLED_SEED = 0x5eed;
const GATE_SEED = 0x9a7e;

const measure = (session: Session, { task, problems }: Evaluated, temperature: number, offset: number) =>
  measureAccuracy(session.generate, task, session.tokenizer, problems, {
    temperature,
    seed: (session.recipe.seed + offset) >>> 0,
  });

async function both(session: Session, evaluated: Evaluated): Promise<{ greedy: Accuracy; sampled: Accuracy }> {
  const { temperature } = session.recipe.evaluation;
  return {
    greedy: await measure(session, evaluated, 0, 0),
    sampled: await measure(session, evaluated, temperature, SAMPLED_SEED),
  };
}

/**
 * @param finished what the stage trained with: it is released here and makes room for what is measured last, the cost of f16;
 *   none before training, where that is not measured
 */
export async function evaluateStage(
  session: Session,
  stage: EvaluationEvent['stage'],
  finished: readonly { destroy(): void }[] = [],
): Promise<EvaluationEvent> {
  const [own, ...others] = session.evaluated as [Evaluated, ...Evaluated[]];
  const accuracy = await both(session, own);
  const measured: TaskEvaluation[] = [];
  for (const other of others)
    measured.push({ task: other.task.name, level: other.level, ...(await both(session, other)) });
  session.release(...finished);
  const costs = session.recipe.precision === 'f16' && finished.length > 0;
  const cost = costs ? await storageCostOf(session) : null;
  const gradients = costs ? await gradientCostOf(session) : null;
  return {
    type: 'evaluation',
    stage,
    ...accuracy,
    ...(measured.length > 0 && { others: measured }),
    ...(cost && { storage_logp_difference: cost }),
    ...(gradients && { storage_gradient_difference: gradients }),
  };
}

/** Sampled accuracy on the recipe's own task, for the gate of SFT. */
export async function gateAccuracy(session: Session): Promise<number> {
  const { temperature } = session.recipe.evaluation;
  return (await measure(session, session.evaluated[0]!, temperature, GATE_SEED)).accuracy;
}
