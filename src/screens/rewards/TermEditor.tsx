/** Editor for the JavaScript of a custom term, with its fault at the line and below. */
import { useEffect, useRef, useState } from 'react';
import { rewardBench } from '../../store/rewardBench';
import { openEditor, showText } from './codeMirror';
import styles from './TermEditor.module.css';

interface TermEditorProps {
  readonly text: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
}

const faultOf = (text: string): Promise<string | null> =>
  text.trim() === '' ? Promise.resolve(null) : rewardBench((commands) => commands.sourceFault(text));

export function TermEditor({ text, label, onChange }: TermEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<ReturnType<typeof openEditor> | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const first = useRef(text);
  useEffect(() => {
    const check = async (source: string) => {
      const found = await faultOf(source).catch(({ message }: Error) => message);
      setFault(found);
      return found;
    };
    const onEdit = (source: string) => change.current(source);
    const opened = openEditor({ host: host.current!, text: first.current, label, onChange: onEdit, check });
    editor.current = opened;
    return () => opened.destroy();
  }, [label]);
  useEffect(() => {
    if (editor.current) showText(editor.current, text);
  }, [text]);
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the editor inside takes the keys */}
      <div
        ref={host}
        className={styles.editor}
        data-testid="term-editor"
        onKeyDown={(event) => event.stopPropagation()}
      />
      {fault !== null && (
        <p className={styles.fault} role="alert" data-testid="term-fault">
          {fault}
        </p>
      )}
    </>
  );
}
