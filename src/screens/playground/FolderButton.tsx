/** Button that opens a model folder from disk. Its files stay on this device. */
import { openModelFolder } from '../../store/play';
import styles from './FolderButton.module.css';

/** Folders are chosen by an attribute that every engine has and React's types lack. */
const DIRECTORY = { webkitdirectory: '' } as Record<string, string>;

export function FolderButton() {
  return (
    <label
      className={styles.folder}
      data-tip="A Hugging Face folder: config.json, tokenizer.json and model.safetensors"
    >
      Open a model folder
      <input
        type="file"
        {...DIRECTORY}
        aria-label="Open a model folder: config.json, tokenizer.json and model.safetensors"
        onChange={({ target }) => {
          void openModelFolder([...(target.files ?? [])]);
          target.value = ''; // the same folder can then be chosen again
        }}
      />
    </label>
  );
}
