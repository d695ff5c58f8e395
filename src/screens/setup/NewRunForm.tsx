/** Fields of the next run, made from the recipe's own schema: the eight that matter, then all others under *Advanced*. */
import { recipeGroups } from '../../lab/recipe/presets';
import type { Recipe } from '../../lab/recipe/recipe';
import { type ModelPreset, modelPresetNames } from '../../model/presets';
import { setCompute } from '../../store/control';
import { chooseModelPreset, draftPreset, undoFollowing } from '../../store/draft';
import { MODEL_PRESET } from '../../store/edits';
import { openTaskPicker } from '../../store/lab';
import { switchRecipe } from '../../store/replace';
import { valueAt } from '../../valueAt';
import { Help } from '../shared/Help';
import { useLab } from '../shared/hooks';
import { Advanced } from './Advanced';
import { Changed, ChangedShape } from './Changed';
import { FieldError } from './Control';
import controls from './Control.module.css';
import { EstimateLine } from './Estimate';
import { useShownField } from './focus';
import { HintedRow } from './ListEditor';
import { mainFields } from './mainFields';
import styles from './NewRunForm.module.css';
import { TrainButton } from './TrainButton';

function PresetRow({ draft, error }: { draft: Recipe; error: string | undefined }) {
  const refused = useLab((state) => state.refused[MODEL_PRESET]?.text);
  const preset = refused ?? draftPreset(draft);
  const described = error && { 'aria-invalid': true, 'aria-describedby': `${MODEL_PRESET}-error` };
  const choose = (name: string) => chooseModelPreset(name as ModelPreset);
  return (
    <div className={controls.field}>
      <label htmlFor={MODEL_PRESET}>Model size</label>
      <Help text="Model size by name: nano 0.1 M, micro 0.8 M, mini 4.5 M, small 24 M parameters." about="Model size" />
      <select id={MODEL_PRESET} {...described} value={preset ?? ''} onChange={(e) => choose(e.target.value)}>
        {preset === null && <option value="">custom</option>}
        {modelPresetNames.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <ChangedShape />
      <FieldError path={MODEL_PRESET} error={error} />
    </div>
  );
}

function ComputeRow() {
  const adapter = useLab((state) => state.adapter);
  const compute = useLab((state) => state.compute);
  return (
    <label className={styles.choice}>
      Device
      <select value={compute} onChange={(e) => setCompute(e.target.value as 'webgpu' | 'cpu')}>
        <option value="webgpu" disabled={adapter.kind !== 'webgpu'}>
          WebGPU
        </option>
        <option value="cpu">CPU (slow)</option>
      </select>
    </label>
  );
}

/** Changes that followed from the last choice of a task or a level. */
function AlsoChanged() {
  const alsoChanged = useLab((state) => state.alsoChanged);
  return (
    <div role="status">
      {alsoChanged && (
        <p className={styles.alsoChanged}>
          Also changed: {alsoChanged.words}.{' '}
          {Object.keys(alsoChanged.lengths).length > 0 && (
            <button type="button" onClick={undoFollowing}>
              Keep the lengths
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function RecipeChoice({ draft }: { draft: Recipe }) {
  return (
    <>
      <label className={styles.choice}>
        Recipe
        <select value={draft.name} onChange={(e) => void switchRecipe(e.target.value)}>
          {recipeGroups.map(({ group, recipes }) => (
            <optgroup key={group} label={group}>
              {recipes.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <p className={styles.about} data-testid="about">
        {draft.about}
      </p>
    </>
  );
}

function MainFields() {
  const draft = useLab((state) => state.draft);
  const errors = useLab((state) => state.draftErrors);
  const edition = useLab((state) => state.edition);
  return (
    <section className={styles.main} aria-label="Main settings">
      {mainFields.map((field) =>
        field === 'model' ? (
          <PresetRow key={field} draft={draft} error={errors[MODEL_PRESET]} />
        ) : (
          <div key={field.path}>
            <HintedRow field={field} value={valueAt(draft, field.path)} errors={errors} edition={edition}>
              <Changed path={field.path} title={field.title} />
            </HintedRow>
            {field.path === 'task.name' && (
              <button type="button" className={styles.browse} onClick={openTaskPicker}>
                Browse tasks and problems
              </button>
            )}
            {field.path === 'task.level' && <AlsoChanged />}
          </div>
        ),
      )}
    </section>
  );
}

export function NewRunForm() {
  const draft = useLab((state) => state.draft);
  useShownField();
  return (
    <>
      <div className={styles.form}>
        <RecipeChoice draft={draft} />
        <MainFields />
        <ComputeRow />
        <Advanced />
      </div>
      <footer className={styles.foot}>
        <EstimateLine />
        <TrainButton forDraft />
      </footer>
    </>
  );
}
