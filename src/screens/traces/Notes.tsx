/** Note and tags on the trace on screen. They are stored with the run. */
import { useEffect, useId, useState } from 'react';
import { useStore } from 'zustand';
import type { TracePlace } from '../../lab/traces/traceIndex';
import { noteTrace, readTraceNotes, samePlace, traceNotes } from '../../store/traceNotes';
import { useLab } from '../shared/hooks';
import texts from '../shared/text.module.css';
import { tip } from '../shared/tip';
import { useTraces } from './hooks';
import styles from './Notes.module.css';

const MOST_TAGS = 20;

/** Tags of a text, separated by commas or spaces. */
const tagsOf = (text: string): string[] =>
  [
    ...new Set(
      text
        .split(/[\s,]+/)
        .map((tag) => tag.replace(/^#/, '').slice(0, 60))
        .filter(Boolean),
    ),
  ].slice(0, MOST_TAGS);

/** Use it with a `key` of the place. */
function NoteFields({ place }: { readonly place: TracePlace }) {
  const found = useStore(traceNotes, ({ notes }) => notes.find((note) => samePlace(note, place)));
  const fault = useStore(traceNotes, (state) => state.fault);
  const [note, setNote] = useState(found?.note ?? '');
  const [tags, setTags] = useState(found?.tags.join(' ') ?? '');
  const id = useId();
  const { step, group, rollout } = place;
  const save = () => {
    const next = { step, group, rollout, note: note.trim(), tags: tagsOf(tags) };
    const isSame = next.note === (found?.note ?? '') && next.tags.join() === (found?.tags.join() ?? '');
    if (!isSame) void noteTrace(next);
  };
  return (
    <div className={styles.notes}>
      <label htmlFor={`${id}-note`}>Note</label>
      <textarea
        id={`${id}-note`}
        rows={2}
        maxLength={10_000}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        onBlur={save}
      />
      <label htmlFor={`${id}-tags`}>Tags</label>
      <input
        id={`${id}-tags`}
        value={tags}
        placeholder="hack, interesting"
        onChange={(event) => setTags(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => event.key === 'Enter' && save()}
      />
      {fault !== null && <p role="alert">The note was not stored: {fault}</p>}
    </div>
  );
}

/** All noted traces of the run, as ways to them. */
function Noted({ onShow }: { readonly onShow: (place: TracePlace) => void }) {
  const notes = useStore(traceNotes, (state) => state.notes);
  if (notes.length === 0) return null;
  return (
    <p className={styles.noted}>
      <span className={texts.words}>Noted traces</span>
      {notes.map(({ step, group, rollout, tags, note }) => (
        <button
          key={`${step}/${group}/${rollout}`}
          type="button"
          {...tip(note || undefined)}
          onClick={() => onShow({ step, group, rollout })}
        >
          step {step}, {group + 1}.{rollout + 1} {tags.map((tag) => `#${tag}`).join(' ')}
        </button>
      ))}
    </p>
  );
}

export function Notes({ place, onShow }: { readonly place: TracePlace; readonly onShow: (place: TracePlace) => void }) {
  const runName = useLab((state) => state.runName);
  const isOpen = useTraces((state) => state.run !== null);
  const { run: read, fault, isReadable } = useStore(traceNotes);
  useEffect(() => {
    if (runName !== null && isOpen) void readTraceNotes(runName);
  }, [runName, isOpen]);
  if (runName === null)
    return <p className={texts.words}>Notes and tags are stored with a run. This one is not stored in this browser.</p>;
  if (read !== runName) return null;
  if (!isReadable)
    return (
      <p role="alert">
        The notes of this run cannot be read: {fault}. Its traces and checkpoints are not affected. To note traces
        again, import the run from a .zip that you exported before, or fork it.
      </p>
    );
  return (
    <>
      <NoteFields key={`${place.step}/${place.group}/${place.rollout}`} place={place} />
      <Noted onShow={onShow} />
    </>
  );
}
