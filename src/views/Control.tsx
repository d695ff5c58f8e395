/** What sets one field of the draft, with its label, its explanation and what is wrong with it. */
import { type KeyboardEvent, memo } from 'react';
import { editDraft } from '../store/draft';
import type { Field } from './fields';
import { Help } from './parts';

export interface FieldProps {
  readonly field: Field;
  readonly value: unknown;
  /** What the last edits got wrong, by field. */
  readonly errors: Readonly<Record<string, string>>;
  readonly edition: number;
  /** The range that the chosen task gives the field, in words. */
  readonly hint: string | undefined;
}

/** Lines of a program that are shown at once. */
const SOURCE_ROWS = 7;

const shownAs = ({ kind }: Field, value: unknown): string =>
  kind === 'number' ? String(Number((value as number).toPrecision(6))) : String(value);

function taken({ kind }: Field, text: string): unknown {
  if (kind !== 'number') return text;
  return text.trim() === '' ? Number.NaN : Number(text.replace(',', '.'));
}

const blurOnEnter = (event: KeyboardEvent<HTMLInputElement>) => {
  if (event.key === 'Enter') event.currentTarget.blur();
};

function Control({ field, value, errors, edition, hint }: FieldProps) {
  const { path, kind, choices } = field;
  const error = errors[path];
  const described = [error && `${path}-error`, hint && `${path}-hint`].filter(Boolean).join(' ');
  const common = { id: path, 'aria-invalid': error !== undefined, ...(described && { 'aria-describedby': described }) };
  if (kind === 'flag') {
    const set = (checked: boolean) => editDraft(path, checked);
    return <input {...common} type="checkbox" checked={value as boolean} onChange={(e) => set(e.target.checked)} />;
  }
  if (kind === 'choice')
    return (
      <select {...common} value={value as string} onChange={(e) => editDraft(path, e.target.value)}>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  const shown = shownAs(field, value);
  // taken when it is left, so that what is half typed is not refused
  const onBlur = ({ target }: { readonly target: { readonly value: string } }) => {
    if (target.value !== shown || error) editDraft(path, taken(field, target.value));
  };
  const typed = { ...common, defaultValue: shown, onBlur, spellCheck: false };
  const key = `${edition}:${shown}`;
  if (kind === 'source') return <textarea key={key} {...typed} rows={SOURCE_ROWS} />;
  const inputMode = kind === 'number' ? 'decimal' : 'text';
  return <input key={key} {...typed} type="text" inputMode={inputMode} onKeyDown={blurOnEnter} />;
}

export function FieldError({ path, error }: { path: string; error: string | undefined }) {
  return (
    error && (
      <p className="error" role="alert" id={`${path}-error`}>
        {error}
      </p>
    )
  );
}

/** @param of what the field is of, for those who do not see where it stands */
export const Row = memo(function Row(props: FieldProps & { readonly of?: string }) {
  const { field, errors, hint, of } = props;
  const { path, title, description, kind } = field;
  const error = errors[path];
  const wide = kind === 'text' || kind === 'source';
  return (
    <div className={['field', wide && 'wide', error && 'wrong'].filter(Boolean).join(' ')}>
      <label htmlFor={path}>
        {title}
        {of && <span className="unseen"> {of}</span>}
      </label>
      {description ? <Help text={description} about={title} /> : <span />}
      <Control {...props} />
      {hint && (
        <p className="hint" id={`${path}-hint`}>
          {hint}
        </p>
      )}
      <FieldError path={path} error={error} />
    </div>
  );
});
