/** Settings: a schema with its range, its default, its title and its explanation. Any room may import this file. */
import { z } from 'zod';

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
