/** Fields of a reward term, and of the advantage, as their records declare them: title, meaning and range. */
import { grpoSection } from '../../lab/recipe/sections/grpo';
import type { RewardTerm } from '../../rewards/term';

export interface TermField {
  /** Name of the field in its section. */
  readonly name: string;
  /** Path in the recipe. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly kind: 'number' | 'choice' | 'program';
  readonly choices: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly isInteger: boolean;
  /** Value of a recipe that does not set it. */
  readonly initial: unknown;
}

interface SchemaLike {
  meta(): { title?: string; description?: string } | undefined;
  readonly minValue?: number | null;
  readonly maxValue?: number | null;
  readonly isInt?: boolean;
  readonly def: {
    readonly type: string;
    readonly innerType?: SchemaLike;
    readonly defaultValue?: unknown;
    readonly entries?: Record<string, string>;
  };
}

const core = (schema: SchemaLike): SchemaLike => (schema.def.innerType ? core(schema.def.innerType) : schema);
const metaOf = (schema: SchemaLike): { title?: string; description?: string } =>
  schema.meta() ?? (schema.def.innerType ? metaOf(schema.def.innerType) : {});
const initialOf = (schema: SchemaLike): unknown =>
  schema.def.type === 'default' || !schema.def.innerType ? schema.def.defaultValue : initialOf(schema.def.innerType);

function fieldOf(name: string, declared: unknown, section = 'reward'): TermField {
  const schema = declared as SchemaLike;
  const inner = core(schema);
  const { title = name, description = '' } = metaOf(schema);
  return {
    ...{ name, path: `${section}.${name}`, title, description },
    kind: inner.def.type === 'enum' ? 'choice' : inner.def.type === 'string' ? 'program' : 'number',
    choices: Object.values(inner.def.entries ?? {}),
    min: inner.minValue ?? Number.NEGATIVE_INFINITY,
    max: inner.maxValue ?? Number.POSITIVE_INFINITY,
    isInteger: inner.isInt ?? false,
    initial: initialOf(schema),
  };
}

export interface TermFields {
  readonly weight: TermField;
  readonly constants: readonly TermField[];
}

export const fieldsOfTerm = ({ name, weight, constants }: RewardTerm): TermFields => ({
  weight: fieldOf(name, weight),
  constants: Object.entries(constants).map(([constant, schema]) => fieldOf(constant, schema)),
});

const { shape } = (grpoSection as unknown as { def: { innerType: { def: { shape: Record<string, unknown> } } } }).def
  .innerType.def;

/** Fields that turn rewards into advantages: the order of summing and comparing, and the scale. */
export const advantageFields: readonly TermField[] = ['aggregation', 'scaleRewards'].map((name) =>
  fieldOf(name, shape[name], 'grpo'),
);

/** Value of a typed number, with a point or a comma before its fraction; the text itself where it is no number. */
export function typedNumber(text: string): number | string {
  const plain = text.trim().replace('−', '-').replace(',', '.');
  const value = Number(plain);
  return plain === '' || !Number.isFinite(value) ? text : value;
}

/** Most significant digits of a number in a field. */
const DIGITS = 6;

/** Value as a field shows it. */
export const fieldText = (value: unknown): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(DIGITS))) : String(value);
