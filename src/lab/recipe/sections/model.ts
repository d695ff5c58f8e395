/** Sections of a recipe for the model's shape and for what training keeps in memory. */
import type { z } from 'zod';
import { MAX_HEAD_DIM, rotaryDim } from '../../../model/config';
import { flag, type Issue, integer, number, section } from '../fields';

export const modelSection = section(
  'Model',
  'A pre-norm transformer with RoPE, grouped-query attention and SwiGLU, in the format of Hugging Face.',
  {
    layers: integer('Layers L', 'Blocks of attention and feed-forward.', 2, 1, 24),
    width: integer('Width C', 'Channels of the residual stream.', 64, 8, 1024),
    heads: integer('Heads H', 'Query heads; width ÷ heads is the head width, a multiple of 4.', 4, 1, 32),
    kvHeads: integer('Key/value heads K', 'Heads of keys and values, shared by H ÷ K query heads each.', 2, 1, 32),
    ffn: integer('Feed-forward F', 'Width of the SwiGLU layer.', 192, 8, 4096),
    tied: flag('Tied embeddings', 'One table for the input embedding and for lm_head.', true),
    ropeTheta: number(
      'RoPE base',
      'Base of the rotary angles; the report doubles it to stretch the context.',
      10000,
      1,
      1e7,
    ),
    initializerRange: number(
      'Initial deviation',
      "Standard deviation of fresh weights. Hugging Face's 0.02 suits widths in the thousands; at 64 channels it leaves attention too flat to learn from.",
      0.07,
      1e-4,
      1,
    ),
    partialRotary: number('Rotary share', 'Share of the channels of a head that RoPE rotates.', 1, 0, 1),
  },
);

export const memorySection = section('Memory', 'Trade of memory against compute.', {
  recompute: flag(
    'Recompute activations',
    'Keeps only the input of each block and computes the block again in the backward pass (gradient checkpointing). Less memory, about a third more compute.',
    false,
  ),
});

/** Reports sizes that do not fit together. */
export function checkModel({ width, heads, kvHeads, partialRotary }: z.infer<typeof modelSection>, issue: Issue): void {
  if (heads < 1) return; // said at the field
  if (width % (4 * heads) !== 0 || width / heads > MAX_HEAD_DIM)
    return issue(
      ['model', 'width'],
      `is ${width} for ${heads} heads; use a multiple of ${4 * heads} up to ${heads * MAX_HEAD_DIM}`,
    );
  if (heads % kvHeads !== 0)
    issue(['model', 'kvHeads'], `is ${kvHeads}: ${heads} heads cannot share them evenly; use a divisor of ${heads}`);
  const rotary = rotaryDim({ head_dim: width / heads, partial_rotary_factor: partialRotary });
  if (rotary % 2 !== 0)
    issue(
      ['model', 'partialRotary'],
      `is ${partialRotary}: ${rotary} of the ${width / heads} channels of a head would rotate, an odd number; use a share that makes it even`,
    );
}
