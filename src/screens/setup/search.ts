/** Search among the settings. */
import type { Field } from './fields';

/** True if each word of the query occurs in the field's title, path, description or section. */
export function matches(query: string, field: Pick<Field, 'title' | 'path' | 'description'>, section: string): boolean {
  const text = `${field.title} ${field.path} ${field.description} ${section}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
