/** Keeps an error of one part of the page in that part, with its message and two ways to go on. */
import { Component, type ReactNode } from 'react';
import styles from './Boundary.module.css';

interface Props {
  /** Title of the part; begins a sentence. */
  readonly part: string;
  readonly children: ReactNode;
}

/** Most characters of an error on screen. */
const MOST_SHOWN = 300;

/** Start of the message of a thrown value, which need not be an Error. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)} …` : text;
}

export class Boundary extends Component<Props, { readonly failed: { readonly error: unknown } | null }> {
  override state: { readonly failed: { readonly error: unknown } | null } = { failed: null };

  static getDerivedStateFromError(error: unknown) {
    return { failed: { error } };
  }

  override render() {
    const { part, children } = this.props;
    const { failed } = this.state;
    if (failed === null) return children;
    return (
      <section className={styles.broken} role="alert" data-testid="broken">
        <h2>{part} cannot be shown.</h2>
        <pre>{messageOf(failed.error)}</pre>
        <p>The rest of the page and the run continue. Try again, or reload the page, which ends the run.</p>
        <div className={styles.ways}>
          <button type="button" onClick={() => this.setState({ failed: null })}>
            Try again
          </button>
          <button type="button" onClick={() => location.reload()}>
            Reload the page
          </button>
        </div>
      </section>
    );
  }
}
