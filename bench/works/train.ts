/**
 * One training step: forward, backward and AdamW over 2048 packed tokens. Four batches in turn, so that a loss that is
 * right twice is no memory of the first.
 */
import type { ModelPreset } from '../../src/model/presets';
import type { Peer } from '../peers/peer';
import { TOKENS } from './matmul';
import { makeBatch, makeWeights, presetConfig } from './model';
import type { Attempt, Work } from './work';

const PRESETS: readonly ModelPreset[] = ['nano', 'micro', 'mini'];
const SHAPE = { sequences: TOKENS / 128, length: 128 };
const BATCHES = 4;
/** Largest relative difference of two peers' losses at the same step. */
const TOLERANCE = 1e-3;

export const trainWorks = (): Work[] => PRESETS.map(trainWork);

function trainWork(preset: ModelPreset): Work {
  return {
    name: `train/${preset}`,
    repeatable: false,
    budgetShare: 1,
    suits: (peer) => peer.trainer !== undefined,
    prepare: () => prepareTraining(preset),
    rate: (milliseconds) => ({ tokens_per_second: (TOKENS / milliseconds) * 1000 }),
  };
}

function prepareTraining(preset: ModelPreset): (peer: Peer) => Promise<Attempt> {
  const config = presetConfig(preset);
  const weights = makeWeights(config);
  const batches = Array.from({ length: BATCHES }, (_, seed) => makeBatch(config, SHAPE, seed));
  /** Loss of every step, by whoever took it first: the lab, where it takes part. */
  const expected: number[] = [];
  return async (peer) => {
    const trainer = await peer.trainer!(config, weights, SHAPE);
    const losses: number[] = [];
    return {
      async run() {
        losses.push(await trainer.step(batches[losses.length % BATCHES]!));
      },
      check: async () => compare(losses, expected),
      ...(trainer.facts ? { facts: () => trainer.facts!() } : {}),
      dispose: () => trainer.dispose(),
    };
  };
}

function compare(losses: readonly number[], expected: number[]): void {
  losses.forEach((loss, step) => {
    expected[step] ??= loss;
    const want = expected[step];
    if (!(Math.abs(loss - want) <= TOLERANCE * Math.abs(want)))
      throw new Error(`not the same work: the loss of step ${step + 1} is ${loss}, expected ${want}`);
  });
}
