import { grpoChart } from './metricChart';

/** Loss of GRPO before the entropy bonus. */
export const policyLoss = grpoChart({
  name: 'policy_loss',
  title: 'Policy loss',
  explanation:
    'GRPO loss before the entropy bonus: clipped objective and KL, as TRL logs it. Near 0 is normal with one update per batch. A steady rise means that KL grows.',
  digits: 4,
  sentence: 'GRPO loss before the entropy bonus.',
});
