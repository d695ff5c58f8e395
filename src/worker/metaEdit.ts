/** Changes of what a person notes about a run. */
import type { RunMeta, TraceNote } from '../runs/meta';

export interface MetaEdit extends Partial<Pick<RunMeta, 'title' | 'colour' | 'tags' | 'notes'>> {
  /** Checkpoint that retention keeps from now on. */
  readonly pin?: string;
  readonly unpin?: string;
  /** Note on a rollout in place of the earlier one. Without words and tags, the rollout has no note. */
  readonly trace?: TraceNote;
}

/** Notes on rollouts after one of them has changed, in the order of the run. */
function editedNotes(notes: readonly TraceNote[], note: TraceNote): TraceNote[] {
  const others = notes.filter(
    ({ step, group, rollout }) => step !== note.step || group !== note.group || rollout !== note.rollout,
  );
  const isEmpty = note.note.trim() === '' && note.tags.length === 0;
  const all = isEmpty ? others : [...others, note];
  return all.sort((a, b) => a.step - b.step || a.group - b.group || a.rollout - b.rollout);
}

export function editedMeta(meta: RunMeta, { pin, unpin, trace, ...edit }: MetaEdit): RunMeta {
  const others = meta.pinned.filter((name) => name !== pin && name !== unpin);
  const noted = trace ? { traces: editedNotes(meta.traces ?? [], trace) } : {};
  return { ...meta, ...edit, ...noted, pinned: pin === undefined ? others : [...others, pin] };
}
