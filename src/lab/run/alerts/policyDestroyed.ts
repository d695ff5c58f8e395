import type { PolicyAlert } from '../policyAlert';
import { PolicyWatch, policyAlertWords } from '../policyAlert';
import type { AlertRecord } from './alert';

const NAMES = ['reward', 'accuracy', 'kl', 'entropy', 'clip_ratio/region_mean', 'cispo_clip_ratio'];

/** Training has destroyed the policy. The thresholds, and why, are in policyAlert.ts, which also stops such a run. */
export const policyDestroyed: AlertRecord = {
  code: 'policy_destroyed',
  kind: 'error',
  stage: 'grpo',
  steps: 1, // the watch itself waits for several
  start(run) {
    const watch = new PolicyWatch();
    return (i) => {
      const metrics: Record<string, number> = {};
      for (const name of NAMES) {
        const value = run.metric(i, name);
        if (value !== undefined) metrics[name] = value;
      }
      return watch.check(metrics)?.values ?? null;
    };
  },
  blame: ({ reward }) => -reward,
  words: (values) => policyAlertWords({ code: 'policy_destroyed', values: values as unknown as PolicyAlert['values'] }),
};
