import { percent } from '../../../units';
import { type AlertRecord, numberOf } from './alert';

/** Share of cut off completions from which on a group of 8 has two of them: the limit then decides advantages. */
const MOST = 0.25;

/** Many completions hit the length limit: they earn less whatever they would have answered. */
export const truncation: AlertRecord = {
  code: 'truncation',
  kind: 'warning',
  stage: 'grpo',
  steps: 3,
  start: (run) => (i) => {
    const share = run.metric(i, 'completions/clipped_ratio') ?? 0;
    return share > MOST ? { share, limit: run.recipeAt(i).reward.lMax } : null;
  },
  blame: ({ ended, ids }) => (ended ? -1 : ids.length),
  words: (values) => ({
    title: 'Truncation',
    detail: `${percent(numberOf(values, 'share'), 0)} of the completions hit the limit of ${values.limit} tokens; raise L max`,
  }),
};
