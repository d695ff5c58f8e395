/** Editor of a custom reward term. It checks the program after each pause in typing and shows its error. */
import { type ComponentProps, useEffect } from 'react';
import { checkProgram } from '../../store/program';
import { useLab } from '../shared/hooks';
import styles from './Control.module.css';

/** Pause in typing before a check, ms. */
const REST_MS = 300;

type ProgramProps = ComponentProps<'textarea'> & { readonly value: string; readonly id: string };

export function Program({ value, id, ...attributes }: ProgramProps) {
  const fault = useLab(({ checked }) => (checked?.source === value ? checked.fault : null));
  useEffect(() => {
    const timer = setTimeout(() => void checkProgram(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  const syntax = `${id}-syntax`;
  const described = [attributes['aria-describedby'], syntax].filter(Boolean).join(' ');
  const invalid = Boolean(attributes['aria-invalid']) || fault !== null;
  return (
    <>
      <textarea id={id} {...attributes} value={value} aria-invalid={invalid} aria-describedby={described} />
      <p className={styles.error} role="status" id={syntax}>
        {fault && `This does not run: ${fault}`}
      </p>
    </>
  );
}
