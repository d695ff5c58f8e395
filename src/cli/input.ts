/** Input of the terminal: options, files, JSON. A fault in it ends with exit code 2. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { decimalOf, isSameNumber, toNumber } from '../decimal';
import { readModelFolder, readWeights, type SavedModel, type SavedWeights } from '../formats/model';
import type { ReadFile } from '../formats/weights';
import { parseJson, parseJsonLines, utf8Text } from '../json';
import { AdvisedError } from '../lab/run/advice';
import { bounded, quote } from '../quote';
import { isTemperature, TEMPERATURE_RANGE } from '../train/sampling';
import { parseAs } from '../validation';
import { readFault, shownPath } from './fileFault';

/** An error that the user can fix: printed without a stack, exit code 2. */
export class InputError extends Error {}

/** Message of an error; a setting to change is an option of the terminal. */
export const terminalMessage = (error: Error): string =>
  error instanceof AdvisedError ? error.terminalMessage : error.message;

/** @param where the file or folder that the message begins with, if it does not name it */
function inputError(error: unknown, where?: string): InputError {
  if (error instanceof InputError && where === undefined) return error;
  const message = terminalMessage(error as Error);
  return new InputError(bounded(where === undefined ? message : `${where}: ${message}`));
}

/** Turns errors of `check` into input errors. */
export function input<T>(check: () => T, where?: string): T {
  try {
    return check();
  } catch (error) {
    throw inputError(error, where);
  }
}

/** Turns errors of an asynchronous `check` into input errors. */
export async function inputAsync<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw inputError(error);
  }
}

/** One of several names. @throws naming the option and its values */
export function oneOf<const T extends string>(text: string, names: readonly T[], option: string): T {
  const name = names.find((name) => name === text);
  if (name === undefined)
    throw new InputError(`--${option}: ${quote(text)} is unknown; use one of ${names.join(', ')}`);
  return name;
}

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** Reads a number. @throws naming the option and its range */
export function numeric(text: string | undefined, name: string, initial: number, { min, max, whole }: Range): number {
  if (text === undefined) return initial;
  const decimal = decimalOf(text.trim());
  const value = decimal ? toNumber(decimal) : Number.NaN;
  // a whole number must be exact, and no other number may be read as 0
  const rounded = decimal && (whole || value === 0) && !isSameNumber(decimal, decimalOf(String(value)) ?? decimal);
  const fits = Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (!fits || rounded)
    throw new InputError(`--${name}: ${quote(text)} is not a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
  return value;
}

export const SEED: Range = { min: 0, max: 2 ** 31 - 1, whole: true };

export const JSON_OPTION = { type: 'boolean', help: 'prints one line of JSON' } as const;

/** Reads a file. @param shown the path in messages. @throws naming the file and why it cannot be read */
export function readFile(file: string, shown = file): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InputError(readFault(error, shown));
  }
}

/** Text of a file in UTF-8. @throws naming the file, and its encoding if that differs */
export const readText = (file: string): string => input(() => utf8Text(readFile(file), file));

export const readJson = (file: string): unknown => input(() => parseJson(readText(file), file));

/** Values of a JSONL file with their places, without empty lines. @throws naming a line that is not JSON */
export function jsonLines(file: string): { readonly json: unknown; readonly where: string }[] {
  return input(() => [...parseJsonLines(readText(file), file)]);
}

/** Checks a value. @throws naming every field that does not fit */
export const parseWith = <T>(schema: z.ZodType<T>, value: unknown, where: string): T =>
  input(() => parseAs(schema, value, where));

/** A temperature: 0 for greedy. */
export function checkTemperature(value: number): number {
  if (!isTemperature(value)) throw new InputError(`--temperature: ${value} ${TEMPERATURE_RANGE}`);
  return value;
}

/**
 * Reads files of a model folder.
 * @param onRead gets each file, in reading order
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
  return input(() => read(file), shownPath(folder));
}

/** Reads a model folder. @throws naming the folder, the file and the fault */
export const readModel = (folder: string, onRead?: (bytes: Uint8Array) => void): SavedModel =>
  readFolder(folder, readModelFolder, onRead);

/** Reads config, tensors and end tokens of a model folder of any vocabulary. @throws as `readModel` */
export const readAnyModel = (folder: string): SavedWeights => readFolder(folder, readWeights);
