/** Editor of a list of the draft: a card for each item, a field for each column. A file can replace all items. */
import type { ReactNode } from 'react';
import { levelHint } from '../../lab/recipe/levels';
import { addToDraft, fillDraft, removeFromDraft } from '../../store/draft';
import { valueAt } from '../../valueAt';
import { classes } from '../shared/classes';
import { Help } from '../shared/Help';
import { useLab } from '../shared/hooks';
import { FieldError, type FieldProps, Row } from './Control';
import controls from './Control.module.css';
import type { Field } from './fields';
import styles from './ListEditor.module.css';

/** Row with the range that the chosen task allows, where it has one. */
export function HintedRow(props: Omit<FieldProps, 'hint'> & { readonly of?: string; readonly children?: ReactNode }) {
  const { path } = props.field;
  const hint = useLab(({ draft }) => levelHint(draft, path));
  return <Row {...props} hint={hint} />;
}

/** Most items in view: a list from a file may have thousands. */
const MOST_SHOWN = 20;

/** Button that replaces the list with a file: one JSON item per line. */
function FromFile({ path, title }: Pick<FieldProps['field'], 'path' | 'title'>) {
  const take = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (!file) return;
    await fillDraft(path, new Uint8Array(await file.arrayBuffer()), file.name);
    input.value = ''; // the same file can then be chosen again
  };
  return (
    <label className={styles.fromFile}>
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

/** Columns that an item has: optional ones come from a file. */
const columnsOf = (item: unknown, columns: readonly Field[]) =>
  columns.filter(({ path, optional }) => !optional || valueAt(item, path) !== undefined);

type ListEditorProps = Omit<FieldProps, 'hint'> & { readonly children?: ReactNode };

/** @param children mark below the list */
export function ListEditor({ field, value, errors, edition, children }: ListEditorProps) {
  const { path, title, description, columns, blanks } = field;
  const items = value as readonly unknown[];
  return (
    <fieldset id={path} className={classes(styles.list, errors[path] && styles.wrong)}>
      <legend>
        {title} {description && <Help text={description} about={title} />}
      </legend>
      {items.slice(0, MOST_SHOWN).map((item, i) => (
        <div key={i} className={styles.item} role="group" aria-label={`${title}, ${i + 1}`}>
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
      {items.length > MOST_SHOWN && <p className={controls.hint}>and {items.length - MOST_SHOWN} more</p>}
      <div className={styles.adding} data-testid="adding">
        <button type="button" aria-label={`Add to ${title}`} onClick={() => addToDraft(path, blanks)}>
          Add
        </button>
        <FromFile path={path} title={title} />
        {items.length === 0 && <span className={controls.hint}>none yet</span>}
      </div>
      {children}
      <FieldError path={path} error={errors[path]} />
    </fieldset>
  );
}
