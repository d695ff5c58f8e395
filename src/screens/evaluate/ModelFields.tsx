/** Fields for the model to evaluate: a stored run and its checkpoint, or an opened folder. */
import { choose, chooseEvaluatedRun } from '../../store/evaluate';
import { openFolder } from '../../store/play';
import { FOLDER, runOf } from '../../store/playModels';
import controls from '../data/control.module.css';
import folderStyles from '../playground/FolderButton.module.css';
import { usePlay } from '../playground/hooks';
import { percent } from '../shared/format';
import styles from './Evaluate.module.css';
import { useModelName, useTitles } from './hooks';

/** Folders are chosen by an attribute that every engine has and React's types lack. */
const DIRECTORY = { webkitdirectory: '' } as Record<string, string>;

function Checkpoint({ run, checkpoint }: { readonly run: string; readonly checkpoint: string }) {
  const models = usePlay((state) => state.runs[run] ?? null);
  const fault = usePlay((state) => state.runFaults[run] ?? null);
  if (fault !== null) return <p className={styles.fault}>{fault}</p>;
  const checkpoints = models?.checkpoints ?? [];
  const isKnown = checkpoint === 'base' || checkpoints.some(({ name }) => name === checkpoint);
  return (
    <label className={styles.field}>
      Checkpoint
      <select
        className={controls.control}
        value={checkpoint}
        onChange={({ target }) => choose({ model: `${run}@${target.value}` })}
      >
        {!isKnown && <option value={checkpoint}>{checkpoint} (not found)</option>}
        {checkpoints.map(({ name, accuracy }) => (
          <option key={name} value={name}>
            {name}
            {accuracy === null ? '' : ` (${percent(accuracy)} right)`}
          </option>
        ))}
        {(models === null || models.recipe !== null) && <option value="base">before training</option>}
      </select>
    </label>
  );
}

export function FolderField() {
  const open = async (files: readonly File[]) => {
    const model = await openFolder(files);
    if (model !== null) choose({ model, tasks: null });
  };
  return (
    <label className={folderStyles.folder}>
      Open a model folder
      <input
        type="file"
        {...DIRECTORY}
        aria-label="Open a model folder: config.json, tokenizer.json and model.safetensors"
        onChange={({ target }) => {
          void open([...(target.files ?? [])]);
          target.value = ''; // the same folder can then be chosen again
        }}
      />
    </label>
  );
}

export function ModelFields() {
  const name = useModelName();
  const titles = useTitles();
  const folders = usePlay((state) => state.folders);
  const stored = name === null ? null : runOf(name);
  const choices = [
    ...Object.entries(titles).map(([run, title]) => ({ value: `run:${run}`, title })),
    ...folders.map((folder) => ({ value: FOLDER + folder.name, title: `${folder.name} (folder)` })),
  ];
  const value = stored ? `run:${stored.run}` : (name ?? '');
  return (
    <div className={styles.fields}>
      <label className={styles.field}>
        Run
        <select
          className={controls.control}
          value={value}
          onChange={({ target }) =>
            target.value.startsWith(FOLDER)
              ? choose({ model: target.value, tasks: null })
              : void chooseEvaluatedRun(target.value.slice('run:'.length))
          }
        >
          {!choices.some((choice) => choice.value === value) && (
            <option value={value}>{(stored?.run ?? value) || 'none'} (not found)</option>
          )}
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.title}
            </option>
          ))}
        </select>
      </label>
      {stored && <Checkpoint run={stored.run} checkpoint={stored.checkpoint} />}
      <FolderField />
    </div>
  );
}
