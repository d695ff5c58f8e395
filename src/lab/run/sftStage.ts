/** SFT stage of a run, as events. */
import type { Tokenizer } from '../../text/tokenizer';
import { sft } from '../../train/sft';
import type { SupervisedTrainer } from '../../train/supervised';
import type { Recipe } from '../recipe/recipe';
import { assertFinite } from './diverged';
import type { SftEvent, Summary } from './events';
import { sftOptions } from './options';
import type { Sources } from './sources';
import type { StageTimer } from './stageTimer';

export interface SftStage {
  readonly recipe: Recipe;
  readonly trainer: SupervisedTrainer;
  readonly sources: Sources;
  readonly tokenizer: Tokenizer;
  /** Measures the sampled accuracy that can end the stage early. */
  readonly gate: () => Promise<number>;
  readonly timer: StageTimer;
  /** Ends the stage after the current step. */
  readonly stop: AbortSignal | undefined;
}

/** Runs the stage. @returns number of steps and the last loss */
export async function* sftStage({
  recipe,
  trainer,
  sources,
  tokenizer,
  gate,
  timer,
  stop,
}: SftStage): AsyncGenerator<SftEvent, Pick<Summary['sft'], 'steps' | 'final_loss'>> {
  let done: Pick<Summary['sft'], 'steps' | 'final_loss'> = { steps: 0, final_loss: null };
  let num_tokens = 0;
  timer.start();
  for await (const step of sft(trainer, sources.sft, sources.traces, tokenizer, sftOptions(recipe), gate, stop)) {
    const { loss, gradNorm: grad_norm, learningRate: learning_rate } = step;
    done = { steps: step.step, final_loss: loss };
    num_tokens += step.tokens;
    assertFinite(`SFT step ${step.step}`, { loss, grad_norm }, recipe);
    yield { type: 'sft', step: step.step, loss, grad_norm, learning_rate, num_tokens, step_time: timer.lap() };
    timer.start();
  }
  return done;
}
