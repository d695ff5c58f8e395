/** Sections of a recipe, made of fields with their range, default, title and explanation. */
import { z } from 'zod';

export { choice, flag, integer, number } from '../../fields';

/** Reports what is wrong with the field at a path. */
export type Issue = (path: (string | number)[], message: string) => void;

/** The choice of a section, by its field and value, that a field belongs to: forms show the field only with it. */
export interface OnlyWith {
  readonly field: string;
  readonly value: string;
}

/** A field with its name in TRL's GRPOConfig. */
export const trl = <T extends z.ZodType>(name: string, field: T): T => field.meta({ ...field.meta(), trl: name });

export const section = <T extends z.ZodRawShape>(title: string, description: string, shape: T) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .meta({ title, description });
