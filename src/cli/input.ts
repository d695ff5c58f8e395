/** What a person gives the terminal: options, files, JSON. Whatever is wrong with it ends with exit code 2. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { decimalOf, isSameNumber, toNumber } from '../decimal';
import { readModelFolder, readWeights, type SavedModel, type SavedWeights } from '../formats/model';
import type { ReadFile } from '../formats/weights';
import { parseJson, parseJsonLines, utf8Text } from '../json';
import { bounded, quote } from '../quote';
import { isTemperature, TEMPERATURE_RANGE } from '../train/sampling';
import { parseAs } from '../validation';
import { readFault, shownPath } from './fileFault';

/** Something a person can mend: printed without a stack, exit code 2. */
export class InputError extends Error {}

/** Turns what `check` throws into an input error. */
export function input<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(bounded((error as Error).message));
  }
}

/** The same of what takes its time. */
export async function inputAsync<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(bounded((error as Error).message));
  }
}

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** @throws naming the option and its range */
export function numeric(text: string | undefined, name: string, initial: number, { min, max, whole }: Range): number {
  if (text === undefined) return initial;
  const decimal = decimalOf(text.trim());
  const value = decimal ? toNumber(decimal) : Number.NaN;
  // a whole number is exact, and what is not 0 is not read as 0
  const rounded = decimal && (whole || value === 0) && !isSameNumber(decimal, decimalOf(String(value)) ?? decimal);
  const fits = Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (!fits || rounded)
    throw new InputError(`--${name}: ${quote(text)} is not a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
  return value;
}

export const SEED: Range = { min: 0, max: 2 ** 31 - 1, whole: true };

export const JSON_OPTION = { type: 'boolean', help: 'prints one line of JSON' } as const;

/** @param shown the path as a message shows it. @throws naming it, and why it cannot be read */
export function readFile(file: string, shown = file): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InputError(readFault(error, shown));
  }
}

/** Text of a file in UTF-8. @throws naming the file, and the encoding where it is another */
export const readText = (file: string): string => input(() => utf8Text(readFile(file), file));

export const readJson = (file: string): unknown => input(() => parseJson(readText(file), file));

/** The lines of a file of JSON lines, empty ones left out, each with its place. @throws naming a line that is no JSON */
export function jsonLines(file: string): { readonly json: unknown; readonly where: string }[] {
  return input(() => [...parseJsonLines(readText(file), file)]);
}

/** @throws naming every field of the input that does not fit */
export const parseWith = <T>(schema: z.ZodType<T>, value: unknown, where: string): T =>
  input(() => parseAs(schema, value, where));

/** A temperature: 0 for greedy. */
export function checkTemperature(value: number): number {
  if (!isTemperature(value)) throw new InputError(`--temperature: ${value} ${TEMPERATURE_RANGE}`);
  return value;
}

/**
 * Reads files of a model folder.
 * @param onRead is given each file in the order in which it is read
 */
function readFolder<T>(folder: string, read: (file: ReadFile) => T, onRead: (bytes: Uint8Array) => void = () => {}): T {
  if (!existsSync(folder)) throw new InputError(`there is no folder ${shownPath(folder)}`);
  const file: ReadFile = (name) => {
    const at = path.join(folder, name);
    if (!existsSync(at)) return null;
    const bytes = readFile(at, name);
    onRead(bytes);
    return bytes;
  };
  try {
    return read(file);
  } catch (error) {
    throw new InputError(bounded(`${shownPath(folder)}: ${(error as Error).message}`));
  }
}

/** A model folder. @throws naming the folder, the file and what is missing or misshapen in it */
export const readModel = (folder: string, onRead?: (bytes: Uint8Array) => void): SavedModel =>
  readFolder(folder, readModelFolder, onRead);

/** A model folder of any vocabulary: config, tensors and end tokens. @throws as `readModel` */
export const readAnyModel = (folder: string): SavedWeights => readFolder(folder, readWeights);
