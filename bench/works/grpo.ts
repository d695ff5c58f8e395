/**
 * One whole GRPO step of the lab on parity-12: 16 problems, 8 completions each, rewards, advantages, the reference's scores
 * and the update. No peer can do this. The model is untrained, so all completions use their full budget.
 */
import type { ModelPreset } from '../../src/model/presets';
import { mean } from '../../src/stats';
import { presetConfig } from './model';
import type { Work } from './work';

const PRESETS: readonly ModelPreset[] = ['nano', 'micro'];

export const grpoWorks = (): Work[] => PRESETS.map(grpoWork);

function grpoWork(preset: ModelPreset): Work {
  const tokens: number[] = [];
  return {
    name: `grpo/${preset}`,
    repeatable: false,
    budgetShare: 1,
    suits: (peer) => peer.grpo !== undefined,
    prepare: () => async (peer) => {
      const steps = await peer.grpo!(presetConfig(preset));
      return {
        async run() {
          tokens.push(await steps.step());
        },
        async check() {
          if (!tokens.every((count) => count > 0)) throw new Error('a step without tokens');
        },
        dispose: () => steps.dispose(),
      };
    },
    rate: (milliseconds) => ({ tokens_per_second: (mean(tokens) / milliseconds) * 1000 }),
  };
}
