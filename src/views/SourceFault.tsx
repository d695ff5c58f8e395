/** What is wrong with a program while it is typed: it is compiled after each pause in typing, and never run. */
import { useEffect, useState } from 'react';
import { sourceFault } from '../store/control';

/** Milliseconds of rest after which the text is checked. */
const REST_MS = 300;

export function SourceFault({ text, id }: { readonly text: string; readonly id: string }) {
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    const check = async () => {
      const found = await sourceFault(text);
      if (current) setFault(found);
    };
    const timer = setTimeout(check, REST_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text]);
  return (
    <p className="error" role="status" id={id}>
      {fault && `This does not compile: ${fault}`}
    </p>
  );
}
