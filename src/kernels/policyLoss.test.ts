/** The gradient of the policy loss against finite differences of its own plain loops, for every way the ratio enters. */
import { describe, expect, it } from 'vitest';
import { corrections } from './correction';
import { policyLoss } from './policyLoss';

const { case: given, rows } = { case: policyLoss.cases[0]!, rows: policyLoss.cases[0]!.params.rows };
const params = { ...given.params, beta: 0.3, correctionMin: 0.7, correctionMax: 1.3 };

/** Loss, and its gradient with respect to every log-probability, in double precision. */
function evaluate(scores: Float64Array, constants: Record<string, number>) {
  const grads = new Float64Array(rows * 2);
  const stats = new Float64Array(rows * 4);
  const [reference, tokens] = [Float64Array.from(given.buffers.reference), Float64Array.from(given.buffers.tokens)];
  const spans = Uint32Array.from(given.buffers.spans);
  policyLoss.reference({ scores, reference, tokens, spans, grads, stats }, params, {
    ...policyLoss.constants,
    ...constants,
  });
  const loss = Array.from({ length: rows }, (_, n) => stats[n * 4]!).reduce((sum, part) => sum + part, 0);
  return { loss, gradients: Array.from({ length: rows }, (_, n) => grads[n * 2]!) };
}

const ways = [0, 1].flatMap((SEQUENCE) =>
  [0, 1].flatMap((KL_RATIO) =>
    [0, ...Object.values(corrections)].map((CORRECTION) => ({ SEQUENCE, KL_RATIO, CORRECTION })),
  ),
);

describe('the gradient is that of the loss', () => {
  it.each(ways)('sequence $SEQUENCE, KL times ratio $KL_RATIO, correction $CORRECTION', (constants) => {
    const scores = Float64Array.from(given.buffers.scores);
    const { gradients } = evaluate(scores, constants);
    expect(gradients.filter((g) => Math.abs(g) > 1e-3).length).toBeGreaterThan(8);
    gradients.forEach((gradient, n) => {
      const at = (step: number) => {
        const moved = scores.slice();
        moved[n * 4]! += step;
        return evaluate(moved, constants).loss;
      };
      expect(Math.abs((at(1e-6) - at(-1e-6)) / 2e-6 - gradient), `token ${n}`).toBeLessThan(1e-8);
    });
  });
});
