/** Numbers of one token: those of the journal, and those under the weights of a checkpoint. */
import { percent } from '../../units';
import { fixed, signed } from '../shared/format';
import styles from './TokenFacts.module.css';
import { lastRatio, type TokenNumbers } from './tokenColors';

interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Numbers of the journal, taken when the step trained. */
function factsOf({ rollout, updates }: TokenNumbers, token: number): Fact[] {
  const { logprobs, entropies, advantage } = rollout;
  const ratio = updates > 1 ? lastRatio(rollout, token) : null;
  return [
    { name: 'Probability', value: percent(Math.exp(logprobs[token]!), 1) },
    { name: 'Log-probability', value: fixed(logprobs[token]!, 4) },
    { name: 'Entropy', value: `${fixed(entropies[token]!, 4)} nats` },
    { name: 'Advantage', value: signed(advantage) },
    ...(ratio === null ? [] : [{ name: `Ratio after ${updates} updates`, value: fixed(ratio, 4) }]),
  ];
}

export function TokenFacts({ numbers, token }: { readonly numbers: TokenNumbers; readonly token: number }) {
  return (
    <dl className={styles.facts} data-testid="token-facts">
      {factsOf(numbers, token).map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
