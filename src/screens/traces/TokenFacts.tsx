/** Numbers of one token: those of the journal, and those under the weights of a checkpoint. */
import type { StoredInspection } from '../../lab/stored/inspected';
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

/** Numbers under the weights of a checkpoint. */
function Inspected({ inspection, token }: { readonly inspection: StoredInspection; readonly token: number }) {
  const { logprobs, ratio, clip, kl, entropy, gradient_share, top, id } = inspection.tokens[token]!;
  const facts: Fact[] = [
    { name: 'Log-probability, current', value: fixed(logprobs.current, 4) },
    { name: 'Log-probability, reference', value: fixed(logprobs.reference, 4) },
    { name: 'Ratio, current ÷ old', value: `${fixed(ratio, 4)}${clip ? `, clipped ${clip}` : ''}` },
    { name: 'KL to the reference', value: fixed(kl, 4) },
    { name: 'Entropy', value: `${fixed(entropy, 4)} nats` },
    { name: 'Share of the gradient', value: percent(gradient_share, 1) },
  ];
  return (
    <>
      <h3 className={styles.title}>Checkpoint {inspection.weights.checkpoint}</h3>
      <Facts facts={facts} />
      <h3 className={styles.title}>Most likely tokens</h3>
      <Facts
        facts={top.map((other) => ({
          name: `${JSON.stringify(other.text)}${other.id === id ? ' (this one)' : ''}`,
          value: percent(Math.exp(other.logprob), 1),
        }))}
      />
    </>
  );
}

const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl className={styles.facts}>
    {facts.map(({ name, value }) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

export function TokenFacts({ numbers, token }: { readonly numbers: TokenNumbers; readonly token: number }) {
  return (
    <div data-testid="token-facts">
      <Facts facts={factsOf(numbers, token)} />
      {numbers.inspection && <Inspected inspection={numbers.inspection} token={token} />}
    </div>
  );
}
