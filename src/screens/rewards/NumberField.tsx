/** Field for a number of a reward. It keeps what a person typed, also where that does not fit, and says why. */
import { useId, useState } from 'react';
import { editReward } from '../../store/rewardEdits';
import { Help } from '../shared/Help';
import texts from '../shared/text.module.css';
import styles from './Field.module.css';
import { fieldText, type TermField, typedNumber } from './termFields';

interface FieldProps {
  readonly field: TermField;
  readonly value: unknown;
  /** Value of the run, where it differs. */
  readonly before: string | null;
  readonly fault: string | undefined;
  /** Title of the term, for screen readers. */
  readonly of: string;
}

/** Value of the run beside an edited one, and the fault. */
function Notes({ id, before, fault }: Pick<FieldProps, 'before' | 'fault'> & { readonly id: string }) {
  return (
    <>
      {before !== null && <small className={styles.before}>run: {before}</small>}
      {fault !== undefined && (
        <p className={styles.fault} role="alert" id={id}>
          {fault}
        </p>
      )}
    </>
  );
}

export function NumberField({ field, value, before, fault, of }: FieldProps) {
  const { path, title, description } = field;
  const [typed, setTyped] = useState({ text: fieldText(value), of: value });
  // another value than the typed one: a dragged point, a reset, the other set
  if (typed.of !== value) setTyped({ text: fieldText(value), of: value });
  const id = useId();
  const change = (text: string) => {
    const next = typedNumber(text);
    setTyped({ text, of: next });
    editReward({ [path]: next });
  };
  return (
    <div className={styles.field}>
      <label htmlFor={id}>
        {title}
        <span className={texts.unseen}> of {of}</span>
      </label>
      <Help text={description} about={title} />
      <input
        id={id}
        data-field={field.name}
        type="text"
        inputMode="decimal"
        value={typed.text}
        aria-invalid={fault !== undefined}
        {...(fault !== undefined && { 'aria-describedby': `${id}-fault` })}
        onChange={({ target }) => change(target.value)}
      />
      <Notes id={`${id}-fault`} before={before} fault={fault} />
    </div>
  );
}

export function ChoiceField({
  field,
  value,
  before,
  fault,
  of,
  disabled = false,
}: FieldProps & { disabled?: boolean }) {
  const { path, title, description, choices } = field;
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>
        {title}
        <span className={texts.unseen}> of {of}</span>
      </label>
      <Help text={description} about={title} />
      <select
        id={id}
        data-field={field.name}
        disabled={disabled}
        value={String(value)}
        onChange={({ target }) => editReward({ [path]: target.value })}
      >
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
      <Notes id={`${id}-fault`} before={before} fault={fault} />
    </div>
  );
}
