/** The user's own term: its JavaScript runs in sandbox/, and is opened before the run starts. */
import type { RewardTerm } from './term';

export const custom: RewardTerm = {
  name: 'custom',
  title: 'Your own',
  formula: 'what your JavaScript gives',
  evaluate(input, { custom: term, lMax }) {
    if (!term) throw new Error('the custom term has a weight but was never opened');
    const { prompt, expected, text, thought, answer, correct, partial, measures, length, ended, think, words } = input;
    const told = { prompt, expected, text, thought, answer, correct, partial, measures, length, lMax, ended, think };
    return term.evaluate({ ...told, tokens: words });
  },
};
