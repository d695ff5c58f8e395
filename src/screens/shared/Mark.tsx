/** Right or wrong, an arrow between two values and the sign of an estimate as icons. The page's fonts have no such character. */
import { ArrowRight, Check, EqualApproximately, X } from 'lucide-react';
import texts from './text.module.css';

export const Mark = ({ good, words }: { readonly good: boolean; readonly words: string }) => (
  <>
    {good ? <Check size={13} aria-hidden="true" /> : <X size={13} aria-hidden="true" />} {words}
  </>
);

/** Between a value before and the one after. */
export const Becomes = () => <ArrowRight size={13} role="img" aria-label="becomes" />;

/** Before an estimate. Readers and copies get the character. */
export const About = () => (
  <>
    <EqualApproximately size={13} aria-hidden="true" />
    <span className={texts.unseen}>≈</span>
  </>
);

/** Text whose arrow is drawn; readers and copies get the character. */
export function WithArrow({ text }: { readonly text: string }) {
  const at = text.indexOf('→');
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <ArrowRight size={13} aria-hidden="true" />
      <span className={texts.unseen}>→</span>
      {text.slice(at + 1)}
    </>
  );
}
