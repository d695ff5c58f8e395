/** What the next run does: a recipe and its fields, made from the recipe's own schema. */

import { recipeGroups } from '../lab/recipe/presets';
import type { Recipe } from '../lab/recipe/recipe';
import { type ModelPreset, modelPresetNames } from '../model/presets';
import { setCompute } from '../store/control';
import { chooseModelPreset, draftPreset, undoFollowing } from '../store/draft';
import { MODEL_PRESET } from '../store/edits';
import { switchRecipe } from '../store/replace';
import { FieldError } from './Control';
import { type Field, GENERAL, SECTIONS } from './fields';
import { useLab } from './hooks';
import { HintedRow, ListEditor } from './ListEditor';
import { MemoryLine } from './Memory';
import { Help } from './parts';
import { TrainButton } from './TrainButton';

const valueAt = (recipe: Recipe, path: string): unknown =>
  path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], recipe);

function PresetRow({ draft, error }: { draft: Recipe; error: string | undefined }) {
  const refused = useLab((state) => state.refused[MODEL_PRESET]?.text);
  const preset = refused ?? draftPreset(draft);
  const described = error && { 'aria-invalid': true, 'aria-describedby': `${MODEL_PRESET}-error` };
  const choose = (name: string) => chooseModelPreset(name as ModelPreset);
  return (
    <div className="field">
      <label htmlFor={MODEL_PRESET}>Preset</label>
      <Help text="A shape by name: nano 0.1 M, micro 0.8 M, mini 4.5 M, small 24 M parameters." about="Preset" />
      <select id={MODEL_PRESET} {...described} value={preset ?? ''} onChange={(e) => choose(e.target.value)}>
        {preset === null && <option value="">custom</option>}
        {modelPresetNames.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <FieldError path={MODEL_PRESET} error={error} />
    </div>
  );
}

function ComputeRow() {
  const adapter = useLab((state) => state.adapter);
  const compute = useLab((state) => state.compute);
  return (
    <label className="compute">
      computes on
      <select value={compute} onChange={(e) => setCompute(e.target.value as 'webgpu' | 'cpu')}>
        <option value="webgpu" disabled={adapter.kind !== 'webgpu'}>
          WebGPU
        </option>
        <option value="cpu">CPU reference (slow)</option>
      </select>
    </label>
  );
}

/** What the last choice of a task or a level changed with it. */
function Followed() {
  const followed = useLab((state) => state.followed);
  return (
    <div role="status">
      {followed && (
        <p className="followed">
          With it: {followed.told}.{' '}
          {Object.keys(followed.lengths).length > 0 && (
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
      <label className="recipe">
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
      <p className="about" data-testid="about">
        {draft.about}
      </p>
    </>
  );
}

export function Setup() {
  const draft = useLab((state) => state.draft);
  const errors = useLab((state) => state.draftErrors);
  const edition = useLab((state) => state.edition);
  const rows = (fields: readonly Field[]) =>
    fields.map((field) => {
      const props = { field, value: valueAt(draft, field.path), errors, edition };
      return field.kind === 'list' ? (
        <ListEditor key={field.path} {...props} />
      ) : (
        <HintedRow key={field.path} {...props} />
      );
    });
  return (
    <aside className="setup" aria-label="Setup">
      <RecipeChoice draft={draft} />
      <TrainButton />
      <ComputeRow />
      <MemoryLine />
      {rows(GENERAL)}
      {SECTIONS.map(({ name, title, description, fields }) => (
        <details key={name} open={name === 'task'}>
          <summary>{title}</summary>
          <p>{description}</p>
          {name === 'model' && <PresetRow draft={draft} error={errors[MODEL_PRESET]} />}
          {rows(fields)}
          {name === 'task' && <Followed />}
        </details>
      ))}
    </aside>
  );
}
