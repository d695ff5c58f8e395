/** What the next run does: a recipe and its fields, made from the recipe's own schema. */
import { memo } from 'react';
import type { Recipe } from '../lab/recipe';
import { recipes } from '../lab/recipes';
import { type ModelPreset, modelPresetNames } from '../model/presets';
import { setCompute } from '../store/control';
import { chooseModelPreset, chooseRecipe, draftPreset, editDraft } from '../store/draft';
import { type Field, GENERAL, SECTIONS } from './fields';
import { useLab } from './hooks';
import { MemoryLine } from './Memory';
import { Help } from './parts';
import { TrainButton } from './TrainButton';

const valueAt = (recipe: Recipe, path: string): unknown =>
  path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], recipe);

interface FieldProps {
  readonly field: Field;
  readonly value: unknown;
  readonly error: string | undefined;
  readonly edition: number;
}

function Control({ field, value, error, edition }: FieldProps) {
  const { path, kind, choices } = field;
  switch (kind) {
    case 'flag':
      return (
        <input
          id={path}
          type="checkbox"
          checked={value as boolean}
          onChange={(e) => editDraft(path, e.target.checked)}
        />
      );
    case 'choice':
      return (
        <select id={path} value={value as string} onChange={(e) => editDraft(path, e.target.value)}>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      );
    case 'number': {
      const shown = String(Number((value as number).toPrecision(6)));
      const take = (text: string) => {
        if (text !== shown || error) editDraft(path, text.trim() === '' ? Number.NaN : Number(text.replace(',', '.')));
      };
      return (
        <input
          id={path}
          key={`${edition}:${shown}`}
          type="text"
          inputMode="decimal"
          aria-invalid={error !== undefined}
          aria-describedby={error ? `${path}-error` : undefined}
          defaultValue={shown}
          onBlur={(e) => take(e.target.value)}
          onKeyDown={(e) => e.key === 'Enter' && e.currentTarget.blur()}
        />
      );
    }
    default:
      return kind satisfies never;
  }
}

const Row = memo(function Row(props: FieldProps) {
  const { field, error } = props;
  return (
    <div className={error ? 'field wrong' : 'field'}>
      <label htmlFor={field.path}>{field.title}</label>
      <Help text={field.description} about={field.title} />
      <Control {...props} />
      {error && (
        <p className="error" role="alert" id={`${field.path}-error`}>
          {error}
        </p>
      )}
    </div>
  );
});

function PresetRow({ draft, error }: { draft: Recipe; error: string | undefined }) {
  const preset = draftPreset(draft);
  return (
    <div className="field">
      <label htmlFor="preset">Preset</label>
      <Help text="A shape by name: nano 0.1 M, micro 0.8 M, mini 4.5 M, small 24 M parameters." about="Preset" />
      <select id="preset" value={preset ?? ''} onChange={(e) => chooseModelPreset(e.target.value as ModelPreset)}>
        {preset === null && <option value="">custom</option>}
        {modelPresetNames.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
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

export function Setup() {
  const draft = useLab((state) => state.draft);
  const errors = useLab((state) => state.draftErrors);
  const edition = useLab((state) => state.edition);
  const rows = (fields: readonly Field[]) =>
    fields.map((field) => (
      <Row
        key={field.path}
        field={field}
        value={valueAt(draft, field.path)}
        error={errors[field.path]}
        edition={edition}
      />
    ));
  return (
    <aside className="setup" aria-label="Setup">
      <label className="recipe">
        Recipe
        <select value={draft.name} onChange={(e) => chooseRecipe(e.target.value)}>
          {recipes.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <p className="about">{draft.about}</p>
      <TrainButton />
      <ComputeRow />
      <MemoryLine />
      {rows(GENERAL)}
      {SECTIONS.map(({ name, title, description, fields }) => (
        <details key={name} open={name === 'task'}>
          <summary>{title}</summary>
          <p>{description}</p>
          {name === 'model' && <PresetRow draft={draft} error={errors['model.preset']} />}
          {rows(fields)}
        </details>
      ))}
    </aside>
  );
}
