/** Pinned trace against the one on screen: what only one of them has, token by token. */
import { useMemo } from 'react';
import type { TracePlace } from '../../lab/traces/traceIndex';
import { pinTrace, showTrace } from '../../store/traces';
import type { Rollout } from '../../train/grpo';
import { Chips } from '../shared/Chips';
import { signed } from '../shared/format';
import { Becomes } from '../shared/Mark';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import { tokenDiff } from './diff';
import { useTracedStep } from './hooks';
import styles from './Pinned.module.css';

interface PinnedProps {
  readonly pinned: TracePlace;
  /** Trace on screen. */
  readonly shown: Rollout;
  readonly vocabulary: readonly string[];
}

const tokensOf = ({ ids }: Rollout, vocabulary: readonly string[]): string[] =>
  Array.from(ids, (id) => vocabulary[id] ?? '?');

function Difference({
  first,
  second,
  vocabulary,
}: Record<'first' | 'second', Rollout> & Pick<PinnedProps, 'vocabulary'>) {
  const runs = useMemo(
    () => tokenDiff(tokensOf(first, vocabulary), tokensOf(second, vocabulary)),
    [first, second, vocabulary],
  );
  if (runs.every(({ kind }) => kind === 'same')) return <p className={texts.words}>Both have the same tokens.</p>;
  return (
    <p className={styles.diff} data-testid="trace-diff">
      {runs.map(({ kind, tokens }, i) => {
        const text = tokens.join('');
        if (kind === 'first') return <del key={i}>{text}</del>;
        return kind === 'second' ? <ins key={i}>{text}</ins> : <span key={i}>{text}</span>;
      })}
    </p>
  );
}

export function Pinned({ pinned, shown, vocabulary }: PinnedProps) {
  const { loaded, fault } = useTracedStep(pinned.step);
  const found = loaded?.event.step === pinned.step ? loaded.event.groups[pinned.group]?.rollouts[pinned.rollout] : null;
  return (
    <Panel
      title="Pinned trace"
      aside={
        <>
          <button type="button" onClick={() => showTrace(pinned)}>
            Show
          </button>
          <button type="button" onClick={() => pinTrace(null)}>
            Unpin
          </button>
        </>
      }
    >
      <p className={texts.words}>
        Step {pinned.step}, problem {pinned.group + 1}, completion {pinned.rollout + 1}. Struck through: only in the
        pinned trace. Underlined: only in the one on screen.
      </p>
      {fault !== null && <p role="alert">It cannot be read: {fault}</p>}
      {found && (
        <>
          <p className={styles.facts}>
            <Chips rollout={found} /> reward {signed(found.reward)} <Becomes /> {signed(shown.reward)}, advantage{' '}
            {signed(found.advantage)} <Becomes /> {signed(shown.advantage)}, tokens {found.ids.length} <Becomes />{' '}
            {shown.ids.length}
          </p>
          <Difference first={found} second={shown} vocabulary={vocabulary} />
        </>
      )}
    </Panel>
  );
}
