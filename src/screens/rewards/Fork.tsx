/** Form for a fork: the checkpoint to begin with. The fork trains here with the edited reward as a run of its own. */
import { useEffect, useState } from 'react';
import { type ForkPlace, forkOnScreen, forkPlaces } from '../../store/fork';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import styles from './Fork.module.css';
import { changesWords } from './words';

interface ForkProps {
  readonly run: string;
  readonly changes: number;
  readonly onClose: () => void;
}

const placeWords = ({ stage, step }: ForkPlace): string => `${stage.toUpperCase()} step ${step}`;

export function Fork({ run, changes, onClose }: ForkProps) {
  const saved = useLab((state) => state.saved);
  const [places, setPlaces] = useState<readonly ForkPlace[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another checkpoint was saved
  useEffect(() => {
    let isCurrent = true;
    forkPlaces(run).then(
      (found) => {
        if (!isCurrent) return;
        setPlaces(found);
        setChosen((before) => before ?? found[0]?.name ?? null); // a newer checkpoint does not move it
      },
      ({ message }: Error) => isCurrent && setFault(message),
    );
    return () => {
      isCurrent = false;
    };
  }, [run, saved]);
  const place = places?.find(({ name }) => name === chosen) ?? places?.[0];
  const begin = async () => {
    setFault(null);
    try {
      if (place && (await forkOnScreen(place))) onClose();
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <Panel
      title="Fork"
      explanation="A fork begins with the weights, the optimizer and the random numbers of a checkpoint and trains on as a run of its own. Under the old reward its first step equals that of its parent."
    >
      {places?.length === 0 && <p className={texts.empty}>The run has no checkpoint yet. Pause it to save one.</p>}
      {place && (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void begin();
          }}
        >
          <label>
            Checkpoint{' '}
            <select value={place.name} onChange={({ target }) => setChosen(target.value)}>
              {places?.map((one) => (
                <option key={one.name} value={one.name}>
                  {placeWords(one)}
                </option>
              ))}
            </select>
          </label>
          <span>with {changes === 0 ? 'the run’s own reward' : `${changesWords(changes)} of the reward`}</span>
          <button type="submit" className={styles.primary}>
            Fork from {placeWords(place)}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </form>
      )}
      {fault !== null && (
        <Notice kind="error" shape="banner">
          {fault}
        </Notice>
      )}
    </Panel>
  );
}
