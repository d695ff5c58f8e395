/** One arm of an experiment in the terminal: its numbers for each seed, beside those of the result file. Writes no file. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Arm } from '../lab/report/arm';
import { beyondRange } from '../lab/report/beyondRange';
import type { Experiment } from '../lab/report/experiment';
import { outcomeOf } from '../lab/report/outcome';
import { inUnitOf, spreadInUnitOf } from '../lab/report/page';
import { parseResult, type ResultUnit, type Spread } from '../lab/report/results';
import type { Workbench } from '../lab/report/workbench';
import { excerpt } from '../quote';
import { InputError, input, readText } from './input';
import { print } from './output';

/** @throws InputError listing the arms if there is none of that name */
export function armNamed({ id, arms }: Experiment, name: string): Arm {
  const arm = arms.find((one) => one.arm === name);
  if (arm) return arm;
  const names = arms.map((one) => excerpt(one.arm)).join(', ');
  throw new InputError(`--arm: ${id} has no arm ${excerpt(name)}; use one of ${names}`);
}

/** Numbers of the arm in the result file, one per column; none without a file. */
function knownCells({ id }: Experiment, { arm }: Arm, folder: string): readonly (Spread | null)[] {
  const file = path.join(folder, `${id}.json`);
  if (!existsSync(file)) return [];
  const { rows } = input(() => parseResult(readText(file), file));
  return rows.find((row) => row.arm === arm)?.cells ?? [];
}

/** Text such as "43.1 ± 2.0 over 3 seeds; within their range". */
function besideWords(value: number, spread: Spread, unit: ResultUnit): string {
  const beyond = beyondRange(value, spread);
  const place = beyond === 0 ? 'within' : `${inUnitOf(Math.abs(beyond), unit)} ${beyond > 0 ? 'above' : 'below'}`;
  return `${spreadInUnitOf(spread, unit)} over ${spread.n} seeds; ${place} their range`;
}

/** Trains and measures the arm for each seed. @param folder of the result files */
export async function printArm(
  experiment: Experiment,
  arm: Arm,
  seeds: readonly number[],
  bench: Workbench,
  { folder, json }: { readonly folder: string; readonly json: boolean },
): Promise<void> {
  const { id, columns } = experiment;
  const known = knownCells(experiment, arm, folder);
  for (const seed of seeds) {
    const { rows } = await outcomeOf({ arms: [arm] }, bench, seed);
    const cells = rows[0]?.cells ?? [];
    if (json) {
      print(JSON.stringify({ experiment: id, arm: arm.arm, seed, columns, cells }));
      continue;
    }
    print(`${id}, ${arm.arm}, seed ${seed}`);
    for (const [i, { title, unit }] of columns.entries()) {
      const [value, spread] = [cells[i] ?? null, known[i] ?? null];
      const beside = value !== null && spread ? ` (${besideWords(value, spread, unit)})` : '';
      print(`  ${title}: ${value === null ? '–' : inUnitOf(value, unit)}${beside}`);
    }
  }
}
