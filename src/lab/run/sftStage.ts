/** SFT stage of a run, as events. */
import type { Tokenizer } from '../../text/tokenizer';
import type { Optimizer } from '../../train/optimizers/optimizer';
import { type SftBoundaries, sft } from '../../train/sft';
import type { SupervisedTrainer } from '../../train/supervised';
import type { Recipe } from '../recipe/recipe';
import type { Checkpointer } from './checkpointer';
import type { SftEvent } from './events';
import { sftOptions } from './options';
import type { RunProgress } from './progress';
import type { Sources } from './sources';
import type { StageTimer } from './stageTimer';

export interface SftStage {
  readonly recipe: Recipe;
  readonly trainer: SupervisedTrainer;
  readonly optimizer: Optimizer;
  readonly sources: Sources;
  readonly tokenizer: Tokenizer;
  /** Measures the sampled accuracy that can end the stage early. */
  readonly gate: () => Promise<number>;
  /** Steps taken so far; the stage continues after them and counts its own. */
  readonly progress: RunProgress;
  readonly checkpoints: Checkpointer;
  readonly timer: StageTimer;
  /** Ends the stage after the current step. */
  readonly stop: AbortSignal | undefined;
}

/** Runs the stage, and takes checkpoints at its end and wherever one is due. */
export async function* sftStage(stage: SftStage): AsyncGenerator<SftEvent, void> {
  const { recipe, trainer, optimizer, sources, tokenizer, gate, progress, checkpoints, timer, stop } = stage;
  const { sft: counters } = progress;
  const taken = counters.steps;
  const save = (step: number, isStageEnd: boolean) =>
    checkpoints.take({ stage: 'sft', step, isStageEnd }, optimizer, { sources, curation: null });
  const boundaries: SftBoundaries = {
    taken,
    due: (step) => checkpoints.due(step),
    async reached(step) {
      await save(step, false);
      timer.start();
    },
  };
  const measureGate = async () => {
    const accuracy = await gate();
    timer.start();
    return accuracy;
  };
  const options = sftOptions(recipe);
  const steps = sft(trainer, sources.sft, sources.traces, tokenizer, options, measureGate, stop, boundaries);
  timer.start();
  for await (const { step, loss, gradNorm: grad_norm, learningRate: learning_rate, tokens } of steps) {
    counters.steps = step;
    counters.final_loss = loss;
    counters.num_tokens += tokens;
    const { num_tokens } = counters;
    yield { type: 'sft', step, loss, grad_norm, learning_rate, num_tokens, step_time: timer.lap() };
    timer.start();
  }
  if (counters.steps > taken) await save(counters.steps, !stop?.aborted || counters.steps >= recipe.sft.steps);
}
