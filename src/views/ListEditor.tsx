/** A list of the draft: a card for each item with a field for each column; items are added, removed, taken from a file. */
import { levelHint } from '../lab/recipe/levels';
import { addToDraft, fillDraft, removeFromDraft } from '../store/draft';
import { FieldError, type FieldProps, Row } from './Control';
import type { Field } from './fields';
import { useLab } from './hooks';
import { Help } from './parts';

/** A row with the range that the chosen task gives its field, where it gives one. */
export function HintedRow(props: Omit<FieldProps, 'hint'> & { readonly of?: string }) {
  const { path } = props.field;
  const hint = useLab(({ draft }) => levelHint(draft, path));
  return <Row {...props} hint={hint} />;
}

/** Items that are shown; a list from a file may have thousands. */
const MOST_SHOWN = 20;

/** A file of one item a line, as JSON, in place of what the list has. */
function FromFile({ path, title }: Pick<FieldProps['field'], 'path' | 'title'>) {
  const take = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (!file) return;
    fillDraft(path, new Uint8Array(await file.arrayBuffer()), file.name);
    input.value = ''; // so that the same file can be chosen again
  };
  return (
    <label className="from-file">
      From JSONL
      <input
        type="file"
        accept=".jsonl"
        aria-label={`${title} from a JSONL file`}
        onChange={(e) => void take(e.target)}
      />
    </label>
  );
}

const valueAt = (item: unknown, column: string): unknown =>
  column === '' ? item : column.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], item);

/** Those that the item has: what may be left out comes from a file. */
const columnsOf = (item: unknown, columns: readonly Field[]) =>
  columns.filter(({ path, optional }) => !optional || valueAt(item, path) !== undefined);

export function ListEditor({ field, value, errors, edition }: Omit<FieldProps, 'hint'>) {
  const { path, title, description, columns, blanks } = field;
  const items = value as readonly unknown[];
  return (
    <fieldset id={path} className={errors[path] ? 'list wrong' : 'list'}>
      <legend>
        {title} {description && <Help text={description} about={title} />}
      </legend>
      {items.slice(0, MOST_SHOWN).map((item, i) => (
        <div key={i} className="item" role="group" aria-label={`${title}, ${i + 1}`}>
          {columnsOf(item, columns).map((column) => (
            <HintedRow
              key={column.path}
              field={{ ...column, path: [path, i, column.path].filter((part) => part !== '').join('.') }}
              value={valueAt(item, column.path)}
              errors={errors}
              edition={edition}
              of={`of ${title}, ${i + 1}`}
            />
          ))}
          <button type="button" aria-label={`Remove ${i + 1} of ${title}`} onClick={() => removeFromDraft(path, i)}>
            Remove
          </button>
        </div>
      ))}
      {items.length > MOST_SHOWN && <p className="hint">and {items.length - MOST_SHOWN} more</p>}
      <div className="adding">
        <button type="button" aria-label={`Add to ${title}`} onClick={() => addToDraft(path, blanks)}>
          Add
        </button>
        <FromFile path={path} title={title} />
        {items.length === 0 && <span className="hint">none yet</span>}
      </div>
      <FieldError path={path} error={errors[path]} />
    </fieldset>
  );
}
