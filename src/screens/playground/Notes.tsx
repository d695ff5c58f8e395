/** States of the Playground that need words: no weights on screen, no GPU, an error. */
import { lab, show } from '../../store/lab';
import { startTraining, trainSmall } from '../../store/start';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import texts from '../shared/text.module.css';
import { FolderButton } from './FolderButton';
import { usePlay } from './hooks';
import styles from './Notes.module.css';

const train = (): Promise<void> => (lab.getState().compute === 'cpu' ? trainSmall : startTraining)();

/** The run on screen has no weights to sample: what works instead. */
export function NoWeights() {
  const source = useLab((state) => state.source);
  const isStored = useLab((state) => state.runName !== null);
  const isCpu = useLab((state) => state.compute === 'cpu');
  const isChosen = useLab((state) => state.play.models !== null);
  if (isStored || isChosen) return null;
  return (
    <Notice kind="note" shape="banner">
      {source === 'replay'
        ? 'You’re watching a recorded run, and a recording has no weights. You can sample its untrained model, or a trained one: '
        : 'The run on screen is not stored, so it has no checkpoints. You can sample its untrained model, or another one: '}
      <span className={styles.offers}>
        <button type="button" onClick={() => void train()}>
          {isCpu ? 'Train the small model (CPU)' : 'Train in this tab'}
        </button>
        <button type="button" onClick={() => show({ screen: 'runs' })}>
          Open a run
        </button>
        <FolderButton />
      </span>
    </Notice>
  );
}

/** Device of the samples where it is not the GPU. */
export function DeviceNote() {
  const adapter = useLab((state) => state.adapter);
  const device = usePlay((state) => state.device);
  const reason = device?.missing?.message ?? (adapter.kind === 'none' && !device ? adapter.message : null);
  if (reason === null) return null;
  return (
    <p className={texts.words} role="status">
      Samples on the CPU reference, slowly. WebGPU unavailable: {reason}.
    </p>
  );
}

export function Failure() {
  const failed = usePlay((state) => state.failed);
  const folderFault = usePlay((state) => state.folderFault);
  return (
    <>
      {failed && (
        <Notice kind="error" shape="banner">
          {failed.cause === 'lost' ? (
            <>
              <b>The device was lost.</b> {failed.message} Press Sample: it opens again.
            </>
          ) : (
            failed.message
          )}
        </Notice>
      )}
      {folderFault !== null && (
        <Notice kind="error" shape="banner">
          <b>The folder was not opened.</b> {folderFault}
        </Notice>
      )}
    </>
  );
}
