/** A list of the draft: a card for each item with a field for each column; items are added and removed. */
import { taskOfLevel } from '../lab/levels';
import { addToDraft, removeFromDraft } from '../store/draft';
import { FieldError, type FieldProps, Row } from './Control';
import { useLab } from './hooks';
import { Help } from './parts';

/** A row with the range that the chosen task gives its field, where it gives one. */
export function HintedRow(props: Omit<FieldProps, 'hint'> & { readonly of?: string }) {
  const { path } = props.field;
  const hint = useLab(({ draft }) => {
    const task = taskOfLevel(draft, path);
    return task ? `${task.level.min} to ${task.level.max} ${task.level.unit}` : undefined;
  });
  return <Row {...props} hint={hint} />;
}

const valueAt = (item: unknown, column: string): unknown =>
  column === '' ? item : column.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], item);

export function ListEditor({ field, value, errors, edition }: Omit<FieldProps, 'hint'>) {
  const { path, title, description, columns, blanks } = field;
  const items = value as readonly unknown[];
  return (
    <fieldset className={errors[path] ? 'list wrong' : 'list'}>
      <legend>
        {title} <Help text={description} about={title} />
      </legend>
      {items.map((item, i) => (
        <div key={i} className="item" role="group" aria-label={`${title}, ${i + 1}`}>
          {columns.map((column) => (
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
      <button type="button" aria-label={`Add to ${title}`} onClick={() => addToDraft(path, blanks)}>
        Add
      </button>
      {items.length === 0 && <span className="hint">none yet</span>}
      <FieldError path={path} error={errors[path]} />
    </fieldset>
  );
}
