/** Changes of what a person notes about a run. */
import type { RunMeta } from '../runs/meta';

export interface MetaEdit extends Partial<Pick<RunMeta, 'title' | 'colour' | 'tags' | 'notes'>> {
  /** Checkpoint that retention keeps from now on. */
  readonly pin?: string;
  readonly unpin?: string;
}

export function editedMeta(meta: RunMeta, { pin, unpin, ...edit }: MetaEdit): RunMeta {
  const others = meta.pinned.filter((name) => name !== pin && name !== unpin);
  return { ...meta, ...edit, pinned: pin === undefined ? others : [...others, pin] };
}
