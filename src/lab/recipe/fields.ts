/** Fields of a recipe: a schema with its range, its default, its title and its explanation. */
import { z } from 'zod';

/** Reports what is wrong with the field at a path. */
export type Issue = (path: (string | number)[], message: string) => void;

export const integer = (title: string, description: string, initial: number, min: number, max: number) =>
  z.int().min(min).max(max).default(initial).meta({ title, description });
export const number = (title: string, description: string, initial: number, min: number, max: number) =>
  z.number().min(min).max(max).default(initial).meta({ title, description });
export const choice = <const T extends readonly [string, ...string[]]>(
  title: string,
  description: string,
  options: T,
  initial: T[number],
) =>
  z
    .enum(options)
    .default(initial as never)
    .meta({ title, description });
export const flag = (title: string, description: string, initial: boolean) =>
  z.boolean().default(initial).meta({ title, description });

/** A field with its name in TRL's GRPOConfig. */
export const trl = <T extends z.ZodType>(name: string, field: T): T => field.meta({ ...field.meta(), trl: name });

export const section = <T extends z.ZodRawShape>(title: string, description: string, shape: T) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .meta({ title, description });
