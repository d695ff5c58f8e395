import { type AlertRecord, meanOver, numberOf } from './alert';

/** Steps of the windows at the start of the run and now. */
const WINDOW = 10;
/** Growth and fall of the length that are more than a new habit of thinking. */
const LONGER = 1.5;
const SHORTER = 0.5;
/** Rise of accuracy that justifies another length. */
const LEARNT = 0.05;

const LENGTH = 'completions/mean_length';

/** Completions become much longer or shorter while accuracy does not rise: the length itself pays. */
export const lengthDrift: AlertRecord = {
  code: 'length_drift',
  kind: 'warning',
  stage: 'grpo',
  steps: 5,
  start: (run) => (i) => {
    if (i + 1 < 2 * WINDOW) return null;
    const over = (name: string, from: number) => meanOver(run, name, from, from + WINDOW) ?? 0;
    const [before, length] = [over(LENGTH, 0), over(LENGTH, i + 1 - WINDOW)];
    const risen = over('accuracy', i + 1 - WINDOW) - over('accuracy', 0);
    const drifts = before > 0 && (length > LONGER * before || length < SHORTER * before);
    return drifts && risen < LEARNT ? { before, length } : null;
  },
  blame: ({ ids }, values) => (numberOf(values, 'length') > numberOf(values, 'before') ? ids.length : -ids.length),
  words(values) {
    const [before, length] = [numberOf(values, 'before'), numberOf(values, 'length')];
    return {
      title: 'Length drifts',
      detail: `completions went from ${before.toFixed(1)} to ${length.toFixed(1)} tokens, and accuracy did not rise; check the terms that pay for length`,
    };
  },
};
