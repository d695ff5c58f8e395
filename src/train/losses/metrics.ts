/** Metrics of single losses, under TRL's names. */
import { least, mean, most } from '../../stats';
import type { Metrics, ScoredSequence } from '../metrics';

/** Share of counted tokens whose ratio a bound holds, below and above; over sequences where the ratio is the sequence's. */
function clipShares(sequences: readonly ScoredSequence[], sequenceLevel: boolean) {
  const counted = sequences.filter(({ counted, stats }) => counted && stats.ratios.length > 0);
  const clipped = counted.map(({ stats }) =>
    Array.from(stats.marks, (flag, t) => ({
      low: flag * (stats.ratios[t]! < 1 ? 1 : 0),
      high: flag * (stats.ratios[t]! < 1 ? 0 : 1),
    })),
  );
  const perSequence = (side: 'low' | 'high') => clipped.map((flags) => mean(flags.map((flag) => flag[side])));
  const overall = (side: 'low' | 'high') =>
    sequenceLevel
      ? perSequence(side).reduce((sum, share) => sum + share, 0) / Math.max(1, sequences.length)
      : mean(clipped.flat().map((flag) => flag[side]));
  return { counted, perSequence, overall };
}

export function clipRatios(sequences: readonly ScoredSequence[], sequenceLevel: boolean): Metrics {
  const { counted, perSequence, overall } = clipShares(sequences, sequenceLevel);
  const [low, high] = [overall('low'), overall('high')];
  return {
    'clip_ratio/low_mean': low,
    // TRL's ratio of a whole sequence is 1 where the sequence is masked, and counts
    'clip_ratio/low_min': least(
      [...perSequence('low'), ...(sequenceLevel && counted.length < sequences.length ? [0] : [])],
      0,
    ),
    'clip_ratio/high_mean': high,
    'clip_ratio/high_max': most(perSequence('high'), 0),
    'clip_ratio/region_mean': low + high,
  };
}

export const cispoClipRatio = (sequences: readonly ScoredSequence[], sequenceLevel: boolean): Metrics => ({
  cispo_clip_ratio: clipShares(sequences, sequenceLevel).overall('high'),
});

/** Mean gate over sequences; that of a masked sequence is 1, as in TRL. */
export const gateMean = (sequences: readonly ScoredSequence[]): number =>
  mean(sequences.map(({ counted, stats }) => (counted && stats.marks.length > 0 ? stats.marks[0]! : 1)));
