/** What the draft would take of the device's memory, as a line that opens into its parts; or why it does not fit. */
import type { MemoryEstimate } from '../lab/run/memory';
import { memoryShare } from '../store/memoryShare';
import { mebibytes } from '../units';
import { useLab } from './hooks';
import { Notice } from './Notice';

const PARTS: readonly (readonly [keyof MemoryEstimate, string])[] = [
  ['parameters', 'weights, gradients, moments, reference'],
  ['activations', 'activations of a training pass'],
  ['logits', 'logits that stand at a time'],
  ['decoding', 'keys, values and state of decoding'],
  ['other', 'batches, uniforms, readbacks'],
];

export function MemoryLine() {
  const memory = useLab((state) => state.memory);
  const compute = useLab((state) => state.compute);
  if (memory === null) return <p className="memory">Reckoning its memory …</p>;
  if ('refused' in memory)
    return (
      <p className="memory error" role="alert">
        {memory.refused}
      </p>
    );
  const { bytes, of } = memoryShare();
  return (
    <>
      <details className="memory" data-testid="memory">
        <summary>
          This recipe will take about {mebibytes(memory.peak)} of {compute === 'cpu' ? 'memory' : 'GPU memory'}
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
          That is more than {of}. The browser may end the page: make the model or “Tokens a pass” smaller.
        </Notice>
      )}
    </>
  );
}
