/** Section of a recipe for supervised fine-tuning. */
import type { z } from 'zod';
import { type Issue, integer, number, section } from '../fields';
import { optimizerFields } from './optimizer';

export const sftSection = section('SFT', 'Supervised fine-tuning on teacher traces, loss on completions only.', {
  steps: integer('Steps', 'Optimizer steps; 0 skips this stage.', 300, 0, 100_000),
  sequences: integer('Sequences per step', 'Traces packed end to end into one batch.', 64, 1, 4096),
  learningRate: number('Learning rate', 'Peak rate of the optimizer.', 3e-3, 0, 1),
  warmup: integer('Warm-up', 'Steps of linear rise to the peak.', 50, 0, 10_000),
  floor: number('Final share', 'Share of the peak at which the cosine ends.', 0.1, 0, 1),
  ...optimizerFields,
  weightDecay: number('Weight decay', 'Shrinks the matrices at every step; norms do not decay.', 0.1, 0, 10),
  maxGradNorm: number('Clip', 'Largest norm of the whole gradient; 0 for no clipping.', 1, 0, 1000),
  shortShare: number('Short traces', 'Share of traces that answer at once, with an empty think block.', 0.75, 0, 1),
  mendShare: number(
    'Self-correcting traces',
    'Share of traces that make a mistake, notice it and correct it.',
    0,
    0,
    1,
  ),
  gateEvery: integer('Gate every', 'Steps between two measurements of the sampled accuracy; 0 for none.', 0, 0, 10_000),
  gateAccuracy: number('Gate', 'Sampled accuracy that ends the stage early; 0 for none.', 0, 0, 1),
});

/** Reports shares of traces with a sum above 1. */
export function checkSft({ shortShare, mendShare }: z.infer<typeof sftSection>, issue: Issue): void {
  if (shortShare + mendShare > 1)
    issue(['sft', 'mendShare'], 'short and self-correcting traces add up to more than 1; lower one of them');
}
