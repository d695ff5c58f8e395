/** Memory that the draft needs, as a line that opens into its parts; or the reason why it does not fit. */
import type { MemoryEstimate } from '../../lab/run/memory';
import { memoryShare } from '../../store/memoryShare';
import { mebibytes } from '../../units';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { titleAt } from './fields';
import styles from './Memory.module.css';

const PARTS: readonly (readonly [keyof MemoryEstimate, string])[] = [
  ['parameters', 'Weights and optimizer state'],
  ['activations', 'Activations of one batch'],
  ['logits', 'Logits buffer'],
  ['decoding', 'KV cache and sampler state'],
  ['other', 'Batches, uniforms, readbacks'],
];

export function MemoryLine() {
  const memory = useLab((state) => state.memory);
  const compute = useLab((state) => state.compute);
  if (memory === null) return <p className={styles.memory}>Estimating memory…</p>;
  if ('refused' in memory)
    return (
      <p className={classes(styles.memory, styles.refused)} role="alert">
        {memory.refused}
      </p>
    );
  const { bytes, of } = memoryShare();
  return (
    <>
      <details className={styles.memory} data-testid="memory">
        <summary>
          Needs about {mebibytes(memory.peak)} of {compute === 'cpu' ? 'memory' : 'GPU memory'}
        </summary>
        <dl>
          {PARTS.map(([part, label]) => (
            <div key={part}>
              <dt>{label}</dt>
              <dd>{mebibytes(memory[part])}</dd>
            </div>
          ))}
        </dl>
      </details>
      {memory.peak > bytes && (
        <Notice kind="warning" shape="banner">
          That is more than {of}, so the browser may close the page. Make the model or “{titleAt('tokensPerPass')}”
          smaller.
        </Notice>
      )}
    </>
  );
}
