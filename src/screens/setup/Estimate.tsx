/** Time and memory that the draft takes and its number of changes, as a line that opens into parts; or why it does not fit. */
import type { MemoryEstimate } from '../../lab/run/memory';
import { draftChanges } from '../../store/draft';
import { memoryShare } from '../../store/memoryShare';
import { draftTimes, isTypical, type StageTimes, totalSeconds } from '../../store/speed';
import { duration, mebibytes } from '../../units';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { About } from '../shared/Mark';
import { Notice } from '../shared/Notice';
import styles from './Estimate.module.css';
import { titleAt } from './fields';

const PARTS: readonly (readonly [Exclude<keyof MemoryEstimate, 'size'>, string])[] = [
  ['parameters', 'Weights and optimizer state'],
  ['activations', 'Activations of one batch'],
  ['logits', 'Logits buffer'],
  ['decoding', 'KV cache and sampler state'],
  ['other', 'Batches, uniforms, readbacks'],
];

const STAGES: readonly (readonly [keyof StageTimes, string])[] = [
  ['compile', 'Compiling'],
  ['sft', 'SFT'],
  ['curation', 'Curation'],
  ['grpo', 'GRPO'],
  ['evaluation', 'Evaluation'],
];

/** Stages that the recipe has, with their times. */
const timeParts = (times: StageTimes): [label: string, amount: string][] =>
  STAGES.filter(([stage]) => times[stage] !== 0).map(([stage, label]) => {
    const seconds = times[stage];
    return [label, seconds === null ? 'not included: the next run measures it' : `about ${duration(seconds)}`];
  });

/** Distance of the draft from the recipe of its name. */
const changesWords = (changes: number): string =>
  changes === 0 ? 'no changes' : `${changes} ${changes === 1 ? 'change' : 'changes'}`;

const Parts = ({ parts }: { readonly parts: readonly (readonly [label: string, amount: string])[] }) => (
  <dl>
    {parts.map(([label, amount]) => (
      <div key={label}>
        <dt>{label}</dt>
        <dd>{amount}</dd>
      </div>
    ))}
  </dl>
);

export function EstimateLine() {
  const [draft, memory] = [useLab((state) => state.draft), useLab((state) => state.memory)];
  const [compute, adapter] = [useLab((state) => state.compute), useLab((state) => state.adapter)];
  const changes = changesWords(draftChanges(draft).length);
  if (memory === null)
    return (
      <p className={styles.estimate} data-testid="estimate">
        Estimating memory… · {changes}
      </p>
    );
  if ('refused' in memory)
    return (
      <p className={classes(styles.estimate, styles.refused)} role="alert">
        {memory.refused}
      </p>
    );
  const { bytes, of } = memoryShare();
  const times = draftTimes({ draft, memory, compute, adapter });
  const typical = isTypical({ compute, adapter });
  return (
    <>
      <details className={styles.estimate}>
        <summary data-testid="estimate">
          {times ? (
            <>
              <About /> {duration(totalSeconds(times))}
            </>
          ) : (
            'time unknown until the first run'
          )}{' '}
          · {mebibytes(memory.peak)} · {changes}
        </summary>
        {times && <Parts parts={timeParts(times)} />}
        {times && typical && <p>Times are those of a typical CPU. The first run measures this one.</p>}
        <Parts parts={PARTS.map(([part, label]) => [label, mebibytes(memory[part])])} />
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
