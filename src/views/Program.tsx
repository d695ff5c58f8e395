/** The program of an own term, with what is wrong with it while it is typed: it is checked after each pause in typing. */
import { type ComponentProps, useEffect } from 'react';
import { checkProgram } from '../store/program';
import { useLab } from './hooks';

/** Milliseconds of rest after which the text is checked. */
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
      <p className="error" role="status" id={syntax}>
        {fault && `This does not run: ${fault}`}
      </p>
    </>
  );
}
