/** Control of one field of the draft, with its label, its explanation and its error. */
import { type KeyboardEvent, memo, type ReactNode, useState } from 'react';
import { decimalOf, toNumber } from '../../decimal';
import { editDraft } from '../../store/draft';
import { classes } from '../shared/classes';
import { Help } from '../shared/Help';
import { useLab } from '../shared/hooks';
import texts from '../shared/text.module.css';
import styles from './Control.module.css';
import type { Field } from './fields';
import { Program } from './Program';

export interface FieldProps {
  readonly field: Field;
  readonly value: unknown;
  /** Errors of the last edits, by field. */
  readonly errors: Readonly<Record<string, string>>;
  readonly edition: number;
  /** Range that the chosen task allows, in words. */
  readonly hint: string | undefined;
}

/** Most lines of a text in view at once. */
const SOURCE_ROWS = 7;

/** Significant digits of a fraction: more than a person types, fewer than show rounding in storage. */
const DIGITS = 12;

const shownAs = ({ kind }: Field, value: unknown): string =>
  kind === 'number' && !Number.isInteger(value) ? String(Number((value as number).toPrecision(DIGITS))) : String(value);

/** Number whose comma may separate thousands or begin a fraction; `0,001` and `1234,5` have one reading. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/**
 * Value of a typed number, with a point or a comma before its fraction. Returns the text itself where it is no number, or where
 * a comma could separate thousands (`1,000`): the field's schema then quotes it.
 */
export function taken({ kind }: Pick<Field, 'kind'>, text: string): unknown {
  const typed = text.trim();
  if (kind !== 'number') return text;
  if (typed === '') return Number.NaN;
  const number = THOUSANDS.test(typed) ? null : decimalOf(typed.replace(',', '.'));
  return number ? toNumber(number) : typed;
}

/** Enter ends an edit; Shift and Enter begin another line. */
const blurOnEnter = (event: KeyboardEvent<HTMLElement>) => {
  if (event.key !== 'Enter' || event.shiftKey) return;
  event.preventDefault();
  event.currentTarget.blur();
};

type TypedProps = Pick<FieldProps, 'field' | 'edition'> & {
  readonly shown: string;
  /** Attributes of the element. */
  readonly common: { readonly id: string; readonly 'aria-invalid': boolean; readonly 'aria-describedby'?: string };
};

/** Text field that applies on blur, so that half a number is no error. Every change of the draft shows its value again. */
function Typed({ field, edition, shown, common }: TypedProps) {
  const [{ text, of }, setTyped] = useState({ text: shown, of: edition });
  if (of !== edition) setTyped({ text: shown, of: edition });
  const props = {
    ...common,
    value: text,
    spellCheck: false,
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      setTyped({ text: target.value, of: edition }),
    onBlur: () => text !== shown && editDraft(field.path, taken(field, text), text),
  };
  if (field.kind === 'source') return <Program {...props} rows={SOURCE_ROWS} />;
  // an <input> would drop the line breaks
  if (field.kind === 'text')
    return <textarea {...props} rows={Math.min(SOURCE_ROWS, text.split('\n').length)} onKeyDown={blurOnEnter} />;
  return <input {...props} type="text" inputMode="decimal" onKeyDown={blurOnEnter} />;
}

function Control({ field, value, errors, edition, hint }: FieldProps) {
  const { path, kind, choices } = field;
  const refused = useLab((state) => state.refused[path]);
  const error = errors[path];
  const described = [error && `${path}-error`, hint && `${path}-hint`].filter(Boolean).join(' ');
  const common = { id: path, 'aria-invalid': error !== undefined, ...(described && { 'aria-describedby': described }) };
  if (kind === 'flag') {
    const checked = (refused ? refused.value : value) as boolean;
    return <input {...common} type="checkbox" checked={checked} onChange={(e) => editDraft(path, e.target.checked)} />;
  }
  const shown = refused?.text ?? shownAs(field, value);
  if (kind === 'choice')
    return (
      <select {...common} value={shown} onChange={(e) => editDraft(path, e.target.value)}>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  return <Typed field={field} edition={edition} shown={shown} common={common} />;
}

export function FieldError({ path, error }: { path: string; error: string | undefined }) {
  return (
    error && (
      <p className={styles.error} role="alert" id={`${path}-error`}>
        {error}
      </p>
    )
  );
}

/** @param of item that the field belongs to, for screen readers @param children mark below the control */
export const Row = memo(function Row(props: FieldProps & { readonly of?: string; readonly children?: ReactNode }) {
  const { field, errors, hint, of, children } = props;
  const { path, title, description, kind } = field;
  const error = errors[path];
  const wide = kind === 'text' || kind === 'source';
  return (
    <div className={classes(styles.field, wide && styles.wide, error && styles.wrong)}>
      <label htmlFor={path}>
        {title}
        {of && <span className={texts.unseen}> {of}</span>}
      </label>
      {description ? <Help text={description} about={title} /> : <span />}
      <Control {...props} />
      {hint && (
        <p className={styles.hint} id={`${path}-hint`}>
          {hint}
        </p>
      )}
      {children}
      <FieldError path={path} error={error} />
    </div>
  );
});
