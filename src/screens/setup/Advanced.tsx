/** Settings besides the main ones, by section, with a search field. */
import { Search } from 'lucide-react';
import { useState } from 'react';
import { valueAt } from '../../valueAt';
import { useLab } from '../shared/hooks';
import texts from '../shared/text.module.css';
import styles from './Advanced.module.css';
import { Changed } from './Changed';
import { type Field, GENERAL, SECTIONS } from './fields';
import { HintedRow, ListEditor } from './ListEditor';
import { isMainField } from './mainFields';
import { matches } from './search';

const OTHERS = [
  { name: 'general', title: 'General', description: 'Kernels and precision.', fields: GENERAL },
  ...SECTIONS,
].map((section) => ({ ...section, fields: section.fields.filter(({ path }) => !isMainField(path)) }));

function Rows({ fields }: { readonly fields: readonly Field[] }) {
  const draft = useLab((state) => state.draft);
  const errors = useLab((state) => state.draftErrors);
  const edition = useLab((state) => state.edition);
  const shown = ({ path, onlyWith }: Field) =>
    !onlyWith || valueAt(draft, onlyWith.path) === onlyWith.value || errors[path] !== undefined;
  return fields.filter(shown).map((field) => {
    const props = { field, value: valueAt(draft, field.path), errors, edition };
    const Editor = field.kind === 'list' ? ListEditor : HintedRow;
    return (
      <Editor key={field.path} {...props}>
        <Changed path={field.path} title={field.title} />
      </Editor>
    );
  });
}

export function Advanced() {
  const [query, setQuery] = useState('');
  const found = OTHERS.map((section) => ({
    ...section,
    fields: section.fields.filter((field) => matches(query, field, section.title)),
  })).filter(({ fields }) => fields.length > 0);
  const isSearch = query.trim() !== '';
  return (
    <details className={styles.advanced}>
      <summary>Advanced</summary>
      <label className={styles.search}>
        <Search size={16} aria-hidden="true" />
        <span className={texts.unseen}>Search settings</span>
        <input type="search" placeholder="Search settings" value={query} onChange={(e) => setQuery(e.target.value)} />
      </label>
      {found.length === 0 && (
        <p className={texts.empty} role="status">
          No setting matches “{query.trim()}”.
        </p>
      )}
      {found.map(({ name, title, description, fields }) => (
        // a search opens its sections, and their end closes them again
        <details key={`${name} ${isSearch}`} className={styles.section} open={isSearch} data-section={name}>
          <summary>{title}</summary>
          <p>{description}</p>
          <Rows fields={fields} />
        </details>
      ))}
    </details>
  );
}
