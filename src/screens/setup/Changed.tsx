/** Mark of a field whose value differs from the preset, with a button that resets it. */
import { Undo2 } from 'lucide-react';
import { modelPresetNames } from '../../model/presets';
import { chooseModelPreset, draftPreset, editDraft } from '../../store/draft';
import { MODEL_PRESET } from '../../store/edits';
import { useLab } from '../shared/hooks';
import { tip } from '../shared/tip';
import styles from './Changed.module.css';
import { presetOf, presetText } from './presetOf';

interface MarkProps {
  readonly title: string;
  /** Value of the preset in words; null for a long one. */
  readonly was: string | null;
  onReset(): void;
}

const Mark = ({ title, was, onReset }: MarkProps) => (
  <span className={styles.changed} data-testid="changed">
    {was === null ? 'changed' : `preset: ${was}`}
    <button type="button" aria-label={`Reset ${title}`} {...tip('Reset to the preset')} onClick={onReset}>
      <Undo2 size={14} aria-hidden="true" />
    </button>
  </span>
);

export function Changed({ path, title }: { readonly path: string; readonly title: string }) {
  const draft = useLab((state) => state.draft);
  const isRefused = useLab((state) => state.refused[path] !== undefined);
  const preset = presetOf(draft, path);
  if (!preset || (!preset.differs && !isRefused)) return null;
  return (
    <Mark
      title={title}
      was={presetText(preset.value)}
      onReset={() => editDraft(path, preset.value, String(preset.value))}
    />
  );
}

/** Mark of the model's size. */
export function ChangedShape() {
  const draft = useLab((state) => state.draft);
  const isRefused = useLab((state) => state.refused[MODEL_PRESET] !== undefined);
  const preset = presetOf(draft, 'model');
  const name = preset && draftPreset({ ...draft, model: preset.value as typeof draft.model });
  if (!name || (draftPreset(draft) === name && !isRefused) || !modelPresetNames.includes(name)) return null;
  return <Mark title="Model size" was={name} onReset={() => chooseModelPreset(name)} />;
}
