/** Keeps an error of one part of the page in that part, with what went wrong and ways on. */
import { Component, type ReactNode } from 'react';

interface Props {
  /** Title of the part, at the start of a sentence. */
  readonly part: string;
  readonly children: ReactNode;
}

/** Characters of an error that are shown. */
const MOST_SHOWN = 300;

/** The first characters of whatever was thrown. */
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
      <section className="panel broken" role="alert">
        <h2>{part} cannot be shown.</h2>
        <pre>{messageOf(failed.error)}</pre>
        <p>The rest of the page goes on, and so does the run. Try again, or reload the page: that ends the run.</p>
        <div className="ways">
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
