/** Fields of a recipe from the options of policy losses. */
import type { z } from 'zod';
import { losses } from '../../train/losses/index';
import type { ChoiceOption, FlagOption, LossOption, NumberOption } from '../../train/losses/options';
import { choice, flag, number, type OnlyWith, trl } from './fields';

type FieldOf<O extends LossOption> = O extends NumberOption
  ? ReturnType<typeof number>
  : O extends FlagOption
    ? ReturnType<typeof flag>
    : O extends ChoiceOption<infer T>
      ? z.ZodDefault<z.ZodEnum<{ [K in T]: K }>>
      : never;

/** Loss that alone has the option; null for a shared one. */
function ownerOf(name: string): OnlyWith | null {
  const loss = losses.find(({ options }) => name in options);
  return loss ? { field: 'lossType', value: loss.name } : null;
}

function fieldOf(option: LossOption) {
  const { title, description } = option;
  if (option.kind === 'number') return number(title, description, option.default, option.min, option.max);
  if (option.kind === 'flag') return flag(title, description, option.default);
  return choice(title, description, option.choices, option.default);
}

export const lossFieldsOf = <T extends Readonly<Record<string, LossOption>>>(options: T) =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const field = trl(option.trl, fieldOf(option) as z.ZodType);
      const onlyWith = ownerOf(name);
      return [name, onlyWith ? field.meta({ ...field.meta(), onlyWith }) : field];
    }),
  ) as unknown as { [K in keyof T]: FieldOf<T[K]> };
