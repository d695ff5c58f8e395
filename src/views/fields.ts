/** The fields of a recipe as its schema declares them: what each is called, what it means, how it is set. */
import { recipeSchema } from '../lab/recipe';

/** What a field of the schema says of itself. */
export interface Field {
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly kind: 'number' | 'choice' | 'flag';
  readonly choices: readonly string[];
}

interface SchemaLike {
  meta(): { title?: string; description?: string } | undefined;
  def: { type: string; innerType?: SchemaLike; entries?: Record<string, string>; shape?: Record<string, SchemaLike> };
}

/** The schema under its defaults. */
function core(schema: SchemaLike): SchemaLike {
  return schema.def.innerType ? core(schema.def.innerType) : schema;
}

const KINDS: Readonly<Record<string, Field['kind']>> = {
  number: 'number',
  int: 'number',
  enum: 'choice',
  boolean: 'flag',
};

function fieldOf(path: string, schema: SchemaLike): Field[] {
  const inner = core(schema).def;
  const kind = KINDS[inner.type];
  if (!kind) return [];
  const { title = path, description = '' } = schema.meta() ?? {};
  return [{ path, title, description, kind, choices: Object.values(inner.entries ?? {}) }];
}

const shape = recipeSchema.shape as unknown as Record<string, SchemaLike>;
export const SECTIONS = Object.entries(shape).flatMap(([name, schema]) => {
  const inner = core(schema).def;
  if (inner.type !== 'object') return [];
  const { title = name, description = '' } = schema.meta() ?? {};
  return [
    {
      name,
      title,
      description,
      fields: Object.entries(inner.shape ?? {}).flatMap(([field, s]) => fieldOf(`${name}.${field}`, s)),
    },
  ];
});
/** Fields of the recipe that stand in no section. */
export const GENERAL = ['seed', 'tokensPerPass', 'kernels', 'precision'].flatMap((name) =>
  fieldOf(name, shape[name] as SchemaLike),
);
