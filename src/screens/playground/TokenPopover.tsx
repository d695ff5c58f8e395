/** Numbers of a token, and the likeliest tokens at its place. Another one becomes a branch. */
import { branch } from '../../store/play';
import type { PlayToken } from '../../store/playSamples';
import { fixed } from '../shared/format';
import { Popover } from '../shared/Popover';
import styles from './TokenPopover.module.css';

interface TokenPopoverProps {
  readonly anchor: Element | null;
  /** Its column. */
  readonly place: number;
  readonly sample: number;
  /** Position of the token. */
  readonly at: number;
  readonly id: number;
  readonly numbers: PlayToken;
  readonly vocabulary: readonly string[];
  readonly ends: readonly number[];
  readonly isBusy: boolean;
  readonly onClose: () => void;
}

/** Token as text that can be seen. */
export const visible = (token: string): string => (token === ' ' ? 'space' : token === '\n' ? 'line break' : token);

/** Probability in percent, with enough digits to be seen. */
const probability = (logprob: number): string => {
  const share = 100 * Math.exp(logprob);
  return `${fixed(share, share >= 10 ? 1 : share >= 0.01 ? 2 : 4)}\u00a0%`;
};

export function TokenPopover(props: TokenPopoverProps) {
  const { anchor, place, sample, at, id, numbers, vocabulary, ends, isBusy, onClose } = props;
  const textOf = (token: number) => visible(vocabulary[token] ?? '?');
  const isInTop = numbers.top.some((one) => one.id === id);
  const rows = isInTop ? numbers.top : [...numbers.top, { id, logprob: numbers.logprob }];
  const follow = (token: number) => {
    onClose();
    void branch(place, sample, at, token);
  };
  return (
    <Popover
      anchor={anchor}
      title={
        <>
          Token {at + 1}: <code>{textOf(id)}</code>
        </>
      }
      onClose={onClose}
      focus={false}
    >
      <dl className={styles.numbers}>
        <dt>Probability</dt>
        <dd>{probability(numbers.logprob)}</dd>
        <dt>Log-probability</dt>
        <dd>{fixed(numbers.logprob, 4)}</dd>
        <dt>Entropy</dt>
        <dd>{fixed(numbers.entropy, 3)} nats</dd>
      </dl>
      <table className={styles.top} aria-label="Likeliest tokens">
        <tbody>
          {rows.map((one) => (
            <tr key={one.id} aria-current={one.id === id || undefined}>
              <th scope="row">
                <code>{textOf(one.id)}</code>
              </th>
              <td>{probability(one.logprob)}</td>
              <td>
                {one.id === id ? (
                  'sampled'
                ) : ends.includes(one.id) ? (
                  'ends here'
                ) : (
                  <button
                    type="button"
                    disabled={isBusy}
                    aria-label={`Branch to ${textOf(one.id)}`}
                    onClick={() => follow(one.id)}
                  >
                    Branch
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.note}>Probabilities at temperature 1, before truncation.</p>
    </Popover>
  );
}
