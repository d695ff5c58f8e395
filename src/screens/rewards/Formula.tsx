/** Formula of a term as text: `L_max` shows "max" below the line. */
import { Fragment } from 'react';

const PARTS = /([A-Za-zρ])_(\w+)/g;

export function Formula({ text }: { readonly text: string }) {
  const parts = text.split(PARTS); // text, letter, index, text, …
  return (
    <>
      {parts.map((part, i) => {
        if (i % 3 === 0) return <Fragment key={i}>{part}</Fragment>;
        return i % 3 === 1 ? <i key={i}>{part}</i> : <sub key={i}>{part}</sub>;
      })}
    </>
  );
}
