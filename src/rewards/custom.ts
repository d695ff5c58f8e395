/** A term in the user's own JavaScript, which runs in sandbox/. Its text is compiled before the run starts. */
import { z } from 'zod';
import { bounded } from '../quote';
import type { ReasonOf } from '../reason';
import { forOneStep } from './sandbox/perStep';
import type { CustomPart, CustomTerm } from './sandbox/term';
import { extraWeight, type OpenedTerm, type ReadyTerm, type RewardInput, type RewardPart } from './term';

const words = {
  given: '{text}',
  failed: 'custom term failed: {text}',
} as const;

const constants = {
  customSource: z.string().max(20_000).default('').meta({
    title: 'Your own term',
    description:
      'JavaScript: (rollout) => a number or { value, reason }; or the body of such a function. It runs by itself: no network, no clock, bounded work and memory.',
  }),
};

const partOf = ({ value, reason, failed }: CustomPart): RewardPart<ReasonOf<typeof words>> =>
  failed
    ? { value, reason: { code: 'failed', values: { text: reason } }, failed }
    : { value, reason: { code: 'given', values: { text: reason } } };

function evaluate(term: CustomTerm, input: RewardInput): RewardPart {
  const { prompt, expected, text, thought, answer, correct, partial, measures, length, lMax, ended, think } = input;
  const shown = { prompt, expected, text, thought, answer, correct, partial, measures, length, lMax, ended, think };
  return partOf(term.evaluate({ ...shown, tokens: input.words }));
}

const ready = (term: CustomTerm): ReadyTerm => ({
  evaluate: (input) => evaluate(term, input),
  forOneStep: () => ready(forOneStep(term)),
});

export const custom: OpenedTerm<typeof words, typeof constants> = {
  name: 'custom',
  title: 'Your own',
  formula: 'what your JavaScript gives',
  color: 'var(--grey)',
  weight: extraWeight('your own', 'Pays what the JavaScript below gives.'),
  constants,
  words,
  most: () => null,
  check({ customSource }, weight, _, issue) {
    if (weight !== 0 && customSource.trim() === '')
      issue('customSource', 'your own term has a weight but no JavaScript');
  },
  async open({ customSource }, where) {
    const { openCustomTerm, SourceError } = await import('./sandbox/sandbox');
    try {
      return ready(await openCustomTerm(customSource));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      throw new SourceError(bounded(`${where('customSource')}: ${error.message}`));
    }
  },
};
