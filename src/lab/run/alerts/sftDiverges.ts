import { type AlertRecord, numberOf } from './alert';

/** Factor above ln V, which guessing every token costs; random weights start a little above it. */
const MARGIN = 1.1;

/** The loss of SFT is worse than guessing. */
export const sftDiverges: AlertRecord = {
  code: 'sft_diverges',
  kind: 'error',
  stage: 'sft',
  steps: 3,
  start: (run) => (i) => {
    const [first, last] = [run.sft[0]!.loss, run.sft[i]!.loss];
    const guessing = Math.log(run.vocabulary);
    return i > 0 && last > MARGIN * Math.max(guessing, first) ? { loss: last, guessing } : null;
  },
  blame: () => 0,
  words: (values) => ({
    title: 'SFT diverges',
    detail: `loss is ${numberOf(values, 'loss').toPrecision(3)}, random guessing has ${numberOf(values, 'guessing').toFixed(2)}; stop the run and lower the learning rate`,
  }),
};
