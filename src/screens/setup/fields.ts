/** Fields of a recipe as its schema declares them: title, meaning, kind of control. */
import type { OnlyWith } from '../../lab/recipe/fields';
import { recipeSchema } from '../../lab/recipe/recipe';

/** `source` is a program; `list` has items, each with the fields in `columns`. */
type Kind = 'number' | 'choice' | 'flag' | 'text' | 'source' | 'list';

/** Field of the schema. */
export interface Field {
  /** Path from the top of the recipe; of a column, from its item, empty where items are plain values. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly kind: Kind;
  readonly choices: readonly string[];
  /** Choice that the field belongs to, by the path of its field; null for a field that always counts. */
  readonly onlyWith: { readonly path: string; readonly value: string } | null;
  /** True where the field may be left out. */
  readonly optional: boolean;
  readonly columns: readonly Field[];
  /** New items of a list, the likeliest first: one for each option of the first choice that an item has. */
  readonly blanks: readonly unknown[];
}

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly fields: readonly Field[];
}

interface Meta {
  title?: string;
  description?: string;
  onlyWith?: OnlyWith;
}

interface SchemaLike {
  meta(): Meta | undefined;
  readonly minValue?: number | null;
  readonly minLength?: number | null;
  readonly def: {
    readonly type: string;
    readonly innerType?: SchemaLike;
    readonly defaultValue?: unknown;
    readonly entries?: Record<string, string>;
    readonly shape?: Record<string, SchemaLike>;
    readonly element?: SchemaLike;
  };
}

/** Schema under its defaults. */
function core(schema: SchemaLike): SchemaLike {
  return schema.def.innerType ? core(schema.def.innerType) : schema;
}

/** Metadata of a field; they may lie under its defaults. */
function metaOf(schema: SchemaLike): Meta {
  return schema.meta() ?? (schema.def.innerType ? metaOf(schema.def.innerType) : {});
}

const KINDS: Readonly<Record<string, Kind>> = {
  number: 'number',
  enum: 'choice',
  boolean: 'flag',
  string: 'text',
  array: 'list',
};
/** End of a path whose text is a program. */
const SOURCE = 'Source';

const join = (...parts: readonly string[]) => parts.filter((part) => part !== '').join('.');

/** Fields of a schema; an object within a section brings its own fields. */
function fieldsOf(path: string, schema: SchemaLike): Field[] {
  const { def } = core(schema);
  if (def.type === 'object')
    return Object.entries(def.shape ?? {}).flatMap(([name, inner]) => fieldsOf(join(path, name), inner));
  const kind = KINDS[def.type];
  if (!kind) return [];
  const { title = path.slice(path.lastIndexOf('.') + 1), description = '', onlyWith: choice } = metaOf(schema);
  const onlyWith = choice ? { path: join(path.slice(0, path.indexOf('.')), choice.field), value: choice.value } : null;
  const choices = Object.values(def.entries ?? {});
  const optional = schema.def.type === 'optional';
  const field = { path, title, description, kind, choices, onlyWith, optional, columns: [], blanks: [] };
  if (kind === 'text' && path.endsWith(SOURCE)) return [{ ...field, kind: 'source' }];
  if (kind !== 'list' || !def.element) return [field];
  return [{ ...field, columns: fieldsOf('', def.element), blanks: blanksOf(def.element) }];
}

/** Placeholder of required text, repeated once, twice …, as items may have to differ. */
const UNTYPED = '?';
const MOST_UNTYPED = 9;

/** Initial value of a schema: its default, else its minimum, without optional fields. */
function initialOf(schema: SchemaLike, untyped = 1): unknown {
  const { def } = schema;
  if (def.type === 'default') return def.defaultValue;
  if (def.innerType && def.type !== 'nullable') return initialOf(def.innerType, untyped);
  switch (def.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape ?? {})
          .filter(([, inner]) => inner.def.type !== 'optional')
          .map(([name, inner]) => [name, initialOf(inner, untyped)]),
      );
    case 'enum':
      return Object.values(def.entries ?? {})[0];
    case 'number':
      return Math.max(0, schema.minValue ?? 0);
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'string':
      return schema.minLength ? UNTYPED.repeat(Math.max(untyped, schema.minLength)) : '';
    default:
      return null;
  }
}

function blanksOf(element: SchemaLike): unknown[] {
  const choices = Object.entries(core(element).def.shape ?? {}).find(([, inner]) => core(inner).def.type === 'enum');
  if (!choices) {
    const blanks = Array.from({ length: MOST_UNTYPED }, (_, i) => initialOf(element, i + 1));
    return blanks.filter((blank, i) => JSON.stringify(blank) !== JSON.stringify(blanks[i - 1]));
  }
  const [name, inner] = choices;
  const blank = initialOf(element) as object;
  return Object.values(core(inner).def.entries ?? {}).map((choice) => ({ ...blank, [name]: choice }));
}

/** Sections of a schema, and the titled fields outside all sections. */
export function formOf(schema: unknown): { sections: Section[]; general: Field[] } {
  const entries = Object.entries(core(schema as SchemaLike).def.shape ?? {});
  const isSection = ([, inner]: [string, SchemaLike]) => core(inner).def.type === 'object';
  return {
    sections: entries.filter(isSection).map(([name, inner]) => {
      const { title = name, description = '' } = metaOf(inner);
      return { name, title, description, fields: fieldsOf(name, inner) };
    }),
    general: entries
      .filter((entry) => !isSection(entry) && metaOf(entry[1]).title !== undefined)
      .flatMap(([name, inner]) => fieldsOf(name, inner)),
  };
}

export const { sections: SECTIONS, general: GENERAL } = formOf(recipeSchema);

export const allFields: readonly Field[] = [...GENERAL, ...SECTIONS.flatMap((section) => section.fields)];

/** Title of the field at a path: "Level of Clusters, 2" for a field of an item; the path itself where it has no field. */
export function titleAt(path: string): string {
  const field = allFields.find((one) => one.path === path || path.startsWith(`${one.path}.`));
  if (!field) return path;
  if (field.path === path) return field.title;
  const [item, ...column] = path.slice(field.path.length + 1).split('.');
  const title = field.columns.find((one) => one.path === column.join('.'))?.title;
  return `${title ? `${title} of ` : ''}${field.title}, ${Number(item) + 1}`;
}
