/** Sample, Stop, and what is said about them: tokens per second, the command for the terminal. */
import { useState } from 'react';
import { modelNames, requestOf, startSampling, stopSampling } from '../../store/play';
import { commandNotes, playCommand } from '../../store/playCommand';
import { copyText } from '../app/browser';
import { fixed } from '../shared/format';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { CollapseButton } from '../shared/Trace';
import styles from './Actions.module.css';
import { useOutside, usePlay } from './hooks';

function Pace() {
  const status = usePlay((state) => state.status);
  const pace = usePlay((state) => state.pace);
  if (status === 'opening') return <span>Reading models and compiling kernels …</span>;
  if (!pace) return null;
  const rate = pace.seconds > 0 ? pace.tokens / pace.seconds : 0;
  return (
    <span data-testid="pace">
      {pace.tokens} tokens, {fixed(rate, rate < 10 ? 1 : 0)} tokens/s
    </span>
  );
}

/** The command, once it was copied or where copying was refused. */
function Command() {
  const [shown, setShown] = useState<{ command: string; notes: readonly string[]; isCopied: boolean } | null>(null);
  const copy = async () => {
    const names = modelNames();
    const command = playCommand(names, requestOf([]));
    setShown({ command, notes: commandNotes(names), isCopied: await copyText(command) });
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        Copy as command
      </button>
      {shown && (
        <div className={styles.command}>
          <Notice kind={shown.isCopied ? 'success' : 'warning'} shape="banner">
            {shown.isCopied ? 'Copied' : 'The browser refused to copy; select the text'}:{' '}
            <code data-testid="command">{shown.command}</code>
            {shown.notes.length > 0 && ` ${shown.notes.join(' ')}`}
          </Notice>
        </div>
      )}
    </>
  );
}

export function Actions() {
  const isBusy = usePlay((state) => state.status !== 'idle');
  const isRefused = usePlay((state) => Object.keys(state.refused).length > 0);
  const isOutside = useOutside() !== null;
  const isEmpty = useLab(({ play }) => play.ask === 'prompt' && play.prompt === '');
  return (
    <div className={styles.actions}>
      {isBusy ? (
        <button type="button" className={styles.main} onClick={stopSampling}>
          Stop sampling
        </button>
      ) : (
        <button
          type="button"
          className={styles.main}
          disabled={isRefused || isOutside}
          onClick={() => void startSampling()}
        >
          Sample
        </button>
      )}
      <CollapseButton />
      <Command />
      <span className={styles.pace} role="status">
        <Pace />
        {(isRefused || isOutside) && 'Fix the highlighted field to sample.'}
        {isEmpty && !isOutside && 'The prompt is empty: the model begins with nothing to answer.'}
      </span>
    </div>
  );
}
