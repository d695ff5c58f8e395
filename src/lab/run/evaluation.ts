/** Evaluations within a run: every evaluated task, greedy and sampled, on held-out problems. */
import { type Accuracy, measureAccuracy } from '../../eval/accuracy';
import type { Recipe } from '../recipe/recipe';
import type { EvaluationEvent, TaskEvaluation } from './events';
import type { Evaluated, Session } from './session';

/** Seed offsets: sampled evaluations and the gate use other random numbers than rollouts. */
const SAMPLED_SEED = 0x5eed;
const GATE_SEED = 0x9a7e;

type Accuracies = Pick<EvaluationEvent, 'greedy' | 'sampled' | 'others'>;

/** Measures the model with its current weights. */
export interface Evaluator {
  /** Accuracy on each evaluated task. */
  all(): Promise<Accuracies>;
  /** Sampled accuracy on the recipe's own task, for the SFT gate. */
  gate(): Promise<number>;
}

export function createEvaluator(
  { generate, tokenizer, evaluated }: Pick<Session, 'generate' | 'tokenizer' | 'evaluated'>,
  { seed, evaluation: { temperature } }: Pick<Recipe, 'seed' | 'evaluation'>,
): Evaluator {
  const measure = ({ task, problems }: Evaluated, temperature: number, offset: number): Promise<Accuracy> =>
    measureAccuracy(generate, task, tokenizer, problems, { temperature, seed: (seed + offset) >>> 0 });
  const both = async (one: Evaluated): Promise<{ greedy: Accuracy; sampled: Accuracy }> => ({
    greedy: await measure(one, 0, 0),
    sampled: await measure(one, temperature, SAMPLED_SEED),
  });
  const [own, ...others] = evaluated as [Evaluated, ...Evaluated[]];
  return {
    async all() {
      const accuracy = await both(own);
      const measured: TaskEvaluation[] = [];
      for (const other of others) measured.push({ task: other.task.name, level: other.level, ...(await both(other)) });
      return { ...accuracy, ...(measured.length > 0 && { others: measured }) };
    },
    gate: async () => (await measure(own, temperature, GATE_SEED)).accuracy,
  };
}
