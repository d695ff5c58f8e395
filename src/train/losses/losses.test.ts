/** Gradients of every policy loss against finite differences of its own plain loops, and what each record declares. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { corrections } from '../../kernels/correction';
import type { PolicyLossKernel } from '../../kernels/policyLoss';
import { lossByName, losses, lossOptions, lossTypes } from './index';
import { kernelOf, lossKernels } from './kernels';
import { entropyThreshold } from './topEntropy';

const made = losses.map(async ({ name, objective }) => [name, await kernelOf(objective)] as const);
const kernels = new Map(await Promise.all(made));
const kernelNamed = (name: string) => kernels.get(name)!;

const GOLDENS = path.resolve(import.meta.dirname, '../goldens');
const load = <T>(name: string): T => JSON.parse(readFileSync(path.join(GOLDENS, `${name}.json`), 'utf8'));

/** Loss, and its gradient with respect to every log-probability, in double precision. */
function evaluate(kernel: PolicyLossKernel, scores: Float64Array, constants: Record<string, number>) {
  const { buffers, params } = kernel.cases[0]!;
  const rows = params.rows!;
  const [grads, stats] = [new Float64Array(rows * 2), new Float64Array(rows * 4)];
  const [reference, tokens] = [Float64Array.from(buffers.reference), Float64Array.from(buffers.tokens)];
  const given = { ...params, beta: 0.3, correctionMin: 0.7, correctionMax: 1.3, entropyThreshold: 0.8 };
  const all = { ...kernel.constants, ...constants };
  kernel.reference({ scores, reference, tokens, spans: Uint32Array.from(buffers.spans), grads, stats }, given, all);
  return {
    losses: Array.from({ length: rows }, (_, n) => stats[n * 4]!),
    marks: Array.from({ length: rows }, (_, n) => stats[n * 4 + 3]!),
    gradients: Array.from({ length: rows }, (_, n) => grads[n * 2]!),
    advantages: Array.from({ length: rows }, (_, n) => tokens[n * 4 + 1]!),
    weights: Array.from({ length: rows }, (_, n) => tokens[n * 4 + 2]!),
  };
}
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const ways = [0, 1].flatMap((SEQUENCE) =>
  [0, 1].flatMap((KL_RATIO) =>
    [0, ...Object.values(corrections)].flatMap((CORRECTION) =>
      [0, 1].map((TOP_ENTROPY) => ({ SEQUENCE, KL_RATIO, CORRECTION, TOP_ENTROPY })),
    ),
  ),
);

describe.each(['grpo', 'sapo'])('the gradient of %s is that of its loss', (name) => {
  const kernel = kernelNamed(name);
  it.each(ways)('%j', (constants) => {
    const scores = Float64Array.from(kernel.cases[0]!.buffers.scores);
    const { gradients } = evaluate(kernel, scores, constants);
    expect(gradients.filter((g) => Math.abs(g) > 1e-3).length).toBeGreaterThan(8);
    gradients.forEach((gradient, n) => {
      const at = (step: number) => {
        const moved = scores.slice();
        moved[n * 4]! += step;
        return sum(evaluate(kernel, moved, constants).losses);
      };
      expect(Math.abs((at(1e-6) - at(-1e-6)) / 2e-6 - gradient), `token ${n}`).toBeLessThan(1e-8);
    });
  });
});

describe('the gradient of vespo', () => {
  it.each([0, 1])(
    'is that of gate · advantage · log-probability with the gate held constant, top entropy %d',
    (TOP_ENTROPY) => {
      const kernel = kernelNamed('vespo');
      const scores = Float64Array.from(kernel.cases[0]!.buffers.scores);
      const plain = { ...kernel, cases: kernel.cases.map((of) => ({ ...of, params: { ...of.params, beta: 0 } })) };
      const { gradients, marks, advantages, weights } = evaluate(plain, scores, { TOP_ENTROPY });
      const withoutKl = evaluate(plain, scores, { TOP_ENTROPY, CORRECTION: corrections.token_truncate });
      expect(withoutKl.marks).not.toEqual(marks);
      const kept = (n: number) => TOP_ENTROPY === 0 || scores[n * 4 + 1]! >= 0.8;
      const reference = kernel.cases[0]!.buffers.reference;
      gradients.forEach((gradient, n) => {
        const kl = weights[n]! * 0.3 * (1 - Math.exp(reference[n * 4]! - scores[n * 4]!));
        const gate = kept(n) ? -weights[n]! * marks[n]! * advantages[n]! : 0;
        expect(gradient).toBeCloseTo(weights[n] === 0 ? 0 : gate + kl, 12);
      });
    },
  );

  it('has gate 1 where nothing moved, and none far away', () => {
    const kernel = kernelNamed('vespo');
    const far = evaluate(
      kernel,
      Float64Array.from(kernel.cases[0]!.buffers.scores, (x, i) => (i % 4 ? x : x - 500)),
      {},
    );
    far.marks.forEach((mark, n) => {
      if (far.weights[n] !== 0) expect(mark).toBeLessThan(1e-12);
    });
  });
});

describe('the records', () => {
  const config = load<{ version: string; fields: Record<string, unknown> }>('grpo-config');
  const cases = ['policy-loss', 'grpo', 'losses'].flatMap(
    (file) => load<{ cases: { input: { options: object } }[] }>(file).cases,
  );

  it.each(losses.map((loss) => [loss.name, loss] as const))(
    '%s has cases by TRL and options that TRL has',
    (_, loss) => {
      const own = cases.filter(({ input }) =>
        Object.entries(loss.trl).every(([name, value]) => Reflect.get(input.options, name) === value),
      );
      expect(own.length).toBeGreaterThan(1);
      expect(kernelNamed(loss.name).cases.length).toBeGreaterThan(10);
      for (const name of Object.keys(loss.options)) expect(kernelNamed(loss.name).params).toHaveProperty(name);
      for (const [name, option] of Object.entries(loss.options))
        expect(option.default, name).toBe(config.fields[option.trl]);
    },
  );

  it('are listed once each, with one kernel for each objective', async () => {
    expect(new Set(lossTypes).size).toBe(lossTypes.length);
    expect(new Set((await lossKernels()).map(({ name }) => name)).size).toBe(4);
    expect(() => lossByName('ppo')).toThrow('there is no policy loss ppo; there are grpo, ');
  });

  it('name their options as GRPOConfig does', () => {
    for (const [field, { trl }] of Object.entries(lossOptions)) expect(config.fields, field).toHaveProperty(trl);
  });
});

describe('the top-entropy threshold', () => {
  const entropies = [0.5, 2, 1, 0.25, 1.5];
  it.each([
    [1, 0.25],
    [0.5, 1],
    [0.2, 1.6],
    [0, 2],
  ])('of a share of %d is %d', (share, threshold) => {
    expect(entropyThreshold(entropies, share)).toBeCloseTo(threshold, 6);
  });
  it('of no tokens keeps all', () => expect(entropyThreshold([], 0.2)).toBe(Number.NEGATIVE_INFINITY));
});
