/** SFT stage of a run, as events: steps, and changes of the recipe between them. */
import { type SftBoundaries, sft } from '../../train/sft';
import type { Checkpointer } from './checkpointer';
import type { ApplyEvent, SftEvent } from './events';
import { sftOptions } from './options';
import type { RunProgress } from './progress';
import { reopenedSupervised } from './reopenStage';
import type { RunChanges } from './runChanges';
import type { Session } from './session';
import type { Supervised } from './stages';
import type { StageTimer } from './stageTimer';

export interface SftStage {
  readonly session: Session;
  readonly supervised: Supervised;
  /** Measures the sampled accuracy that can end the stage early. */
  readonly gate: () => Promise<number>;
  /** Recipe and steps so far; the stage continues after them and counts its own. */
  readonly progress: RunProgress;
  readonly changes: RunChanges;
  readonly checkpoints: Checkpointer;
  readonly timer: StageTimer;
  /** Ends the stage after the current step. */
  readonly stop: AbortSignal | undefined;
}

type StageEvents = AsyncGenerator<SftEvent | ApplyEvent, Supervised>;

/** Runs the stage, and takes checkpoints at its end and wherever one is due. Returns the trainer and optimizer at its end. */
export async function* sftStage(stage: SftStage): StageEvents {
  const { session, gate, progress, changes, checkpoints, timer, stop } = stage;
  const { sources, tokenizer } = session;
  const { sft: counters } = progress;
  const taken = counters.steps;
  let { supervised } = stage;
  const save = (step: number, isStageEnd: boolean) =>
    checkpoints.take({ stage: 'sft', step, isStageEnd }, supervised.optimizer, { sources, curation: null });
  const measureGate = async () => {
    const accuracy = await gate();
    timer.start();
    return accuracy;
  };
  let goesOn = true;
  while (goesOn) {
    const at = { stage: 'sft', step: counters.steps } as const;
    const change = counters.steps < progress.recipe.sft.steps ? await changes.next(progress.recipe, at) : null;
    if (change) {
      supervised = await reopenedSupervised(session, supervised, change);
      progress.change(change.recipe, Object.keys(change.event.fields));
      change.settle();
      yield change.event;
    }
    const changing = new AbortController(); // ends these steps at the boundary of the next change
    let isDue = false;
    const boundaries: SftBoundaries = {
      taken: counters.steps,
      due(step) {
        isDue = checkpoints.due(step);
        return isDue || changes.isDue({ stage: 'sft', step });
      },
      async reached(step) {
        if (isDue) await save(step, false);
        timer.start();
        if (changes.isDue({ stage: 'sft', step })) changing.abort();
      },
    };
    const signal = stop ? AbortSignal.any([stop, changing.signal]) : changing.signal;
    const options = sftOptions(progress.recipe);
    const { trainer } = supervised;
    const steps = sft(trainer, sources.sft, sources.traces, tokenizer, options, measureGate, signal, boundaries);
    timer.start();
    for await (const { step, loss, gradNorm: grad_norm, learningRate: learning_rate, tokens } of steps) {
      counters.steps = step;
      counters.final_loss = loss;
      counters.num_tokens += tokens;
      const { num_tokens } = counters;
      yield { type: 'sft', step, loss, grad_norm, learning_rate, num_tokens, step_time: timer.lap() };
      timer.start();
    }
    goesOn = changing.signal.aborted && !stop?.aborted;
  }
  const { steps } = progress.recipe.sft;
  if (counters.steps > taken) await save(counters.steps, !stop?.aborted || counters.steps >= steps);
  return supervised;
}
