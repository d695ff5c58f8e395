/** Error for a training whose numbers are no longer finite. */
import type { Recipe } from '../recipe/recipe';

/** A loss, gradient or metric is NaN or infinite. The weights are those of the last finite step. */
export class DivergedError extends Error {}

/** Checks the numbers of a step. @throws DivergedError with the step and the number */
export function assertFinite(
  where: string,
  numbers: Readonly<Record<string, number>>,
  { precision }: Pick<Recipe, 'precision'>,
): void {
  const help = precision === 'f16' ? 'precision f32 or a lower learning rate' : 'a lower learning rate';
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isFinite(value)) throw new DivergedError(`${where}: ${name} is ${value}; ${help} may help`);
}
