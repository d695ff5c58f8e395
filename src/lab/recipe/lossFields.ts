/** Fields of a recipe from the options of policy losses. */
import type { z } from 'zod';
import type { ChoiceOption, FlagOption, LossOption, NumberOption } from '../../train/losses/options';
import { choice, flag, number, trl } from './fields';

type FieldOf<O extends LossOption> = O extends NumberOption
  ? ReturnType<typeof number>
  : O extends FlagOption
    ? ReturnType<typeof flag>
    : O extends ChoiceOption<infer T>
      ? z.ZodDefault<z.ZodEnum<{ [K in T]: K }>>
      : never;

function fieldOf(option: LossOption) {
  const { title, description } = option;
  if (option.kind === 'number') return number(title, description, option.default, option.min, option.max);
  if (option.kind === 'flag') return flag(title, description, option.default);
  return choice(title, description, option.choices, option.default);
}

export const lossFieldsOf = <T extends Readonly<Record<string, LossOption>>>(options: T) =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, trl(option.trl, fieldOf(option) as z.ZodType)]),
  ) as unknown as { [K in keyof T]: FieldOf<T[K]> };
