/**
 * CodeMirror for the JavaScript of a custom term. It lives in a shadow root: there it adds its styles as sheets, which a strict
 * content security policy allows.
 */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import {
  bracketMatching,
  defaultHighlightStyle,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, linter, lintGutter } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';

/** Time after the last key before the text is checked, ms. */
const CHECK_MS = 250;

const theme = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--page)', fontSize: '13px' },
  '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--text)', minHeight: '7em' },
  '.cm-gutters': { backgroundColor: 'var(--page)', color: 'var(--faint)', border: 'none' },
  '.cm-scroller': { lineHeight: '1.5' },
  '&.cm-focused': { outline: 'none' },
  // the library's own marks are images of data URLs, which the page's policy blocks
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--red)' },
  '.cm-lint-marker-error': {
    content: '""',
    width: '8px',
    height: '8px',
    borderRadius: '50%',
    background: 'var(--red)',
  },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--text)', border: '1px solid var(--line)' },
});

/** The library's colours, dark enough for a light page and light enough for a dark one. */
const colors = HighlightStyle.define(
  defaultHighlightStyle.specs.map((spec) => {
    const { color } = spec as { color?: string };
    if (!color) return spec;
    const [light, dark] = [`color-mix(in srgb, ${color} 85%, black)`, `color-mix(in srgb, ${color} 45%, white)`];
    return { ...spec, color: `light-dark(${light}, ${dark})` };
  }),
);

/** Place and words of a fault such as "line 2, column 5: unexpected token". */
function diagnosticOf(fault: string, doc: Text): Diagnostic {
  const [, line = '1', column = '1', message = fault] = /line (\d+), column (\d+): (.*)$/s.exec(fault) ?? [];
  const at = doc.line(Math.min(doc.lines, Math.max(1, Number(line))));
  const from = Math.min(at.to, at.from + Math.max(0, Number(column) - 1));
  return { from, to: Math.max(from, at.to), severity: 'error', message };
}

interface EditorOptions {
  readonly host: HTMLElement;
  readonly text: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** Fault of a text with line and column; null without one. */
  readonly check: (text: string) => Promise<string | null>;
}

export function openEditor({ host, text, label, onChange, check }: EditorOptions): EditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const checks = async ({ state: { doc } }: EditorView): Promise<Diagnostic[]> => {
    const fault = await check(doc.toString());
    return fault === null ? [] : [diagnosticOf(fault, doc)];
  };
  const extensions = [
    ...[lineNumbers(), history(), indentOnInput(), bracketMatching(), javascript()],
    ...[theme, syntaxHighlighting(colors), lintGutter(), linter(checks, { delay: CHECK_MS })],
    keymap.of([...defaultKeymap, ...historyKeymap]), // not Tab, which moves on to the next control
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
  ];
  return new EditorView({ parent: root, root, state: EditorState.create({ doc: text, extensions }) });
}

/** Shows another text, such as that of the run after a reset. */
export function showText(view: EditorView, text: string): void {
  const { doc } = view.state;
  if (doc.toString() !== text) view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
}
