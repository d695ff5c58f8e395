/** A command is one record: name, summary, options, work. Parsing, `lab help` and docs/cli.md follow from it. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { excerpt } from '../quote';
import { InputError, input, numeric, type Range } from './input';
import { didYouMean } from './nearest';

interface Described {
  readonly short?: string;
  /** Placeholder of the value in help: `FILE`, `auto|webgpu|cpu`. */
  readonly value?: string;
  /** A phrase without a full stop. */
  readonly help: string;
  /** The command is refused without it. */
  readonly required?: true;
}
export type Option =
  | (Described & { readonly type: 'string'; readonly multiple?: boolean })
  | (Described & { readonly type: 'boolean' })
  /** A number with its range; `initial` is its default. */
  | (Described & Range & { readonly type: 'number'; readonly initial?: number });

export type Options = Readonly<Record<string, Option>>;

type Value<O extends Option> = O extends { type: 'boolean' }
  ? boolean
  : O extends { type: 'number' }
    ? number
    : O extends { multiple: true }
      ? string[]
      : string;
type Present<T extends Options> = {
  [K in keyof T]: T[K] extends { required: true } | { initial: number } ? K : never;
}[keyof T];
/** Parsed options, as the work of a command gets them. */
export type Given<T extends Options> = { readonly [K in Present<T>]: Value<T[K]> } & {
  readonly [K in Exclude<keyof T, Present<T>>]?: Value<T[K]> | undefined;
};

/** Words after the command's name that belong to no option. */
interface Operands {
  /** `step|sample|reward|policy-loss` */
  readonly usage: string;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  /** One sentence without a full stop, with a verb first. */
  readonly summary: string;
  /** Paragraphs for docs/cli.md, in Markdown. */
  readonly notes?: readonly string[];
  /** Arguments of typical calls, as after `npm run lab --`. */
  readonly examples?: readonly string[];
  readonly operands?: Operands;
  readonly options: Options;
  /** The result is in files: a closed standard output does not end the command. */
  readonly writesFiles?: boolean;
  /** The command handles signals itself and ends after its step. Other commands are abandoned at a signal. */
  readonly stopsItself?: boolean;
  readonly run: (args: readonly string[]) => void | Promise<void>;
}

/** Makes the record of a command whose work gets typed options: numbers are checked against their ranges. */
export function command<const T extends Options>(
  record: Omit<Command, 'options' | 'run'> & {
    readonly options: T;
    readonly run: (given: Given<T>, operands: readonly string[]) => void | Promise<void>;
  },
): Command {
  const { run, ...rest } = record;
  const made: Command = {
    ...rest,
    run(args) {
      const { values, positionals } = parse(made, args);
      return run(values as Given<T>, positionals);
    },
  };
  return made;
}

export const HELP = { type: 'boolean', short: 'h', help: 'prints this help' } as const satisfies Option;

const parsed = (options: Options): NonNullable<ParseArgsConfig['options']> =>
  Object.fromEntries(
    Object.entries({ ...options, help: HELP }).map(([name, option]) => [
      name,
      {
        type: option.type === 'boolean' ? ('boolean' as const) : ('string' as const),
        ...(option.short === undefined ? {} : { short: option.short }),
        ...('multiple' in option && option.multiple ? { multiple: true } : {}),
      },
    ]),
  );

/** True if `--help` or `-h` is among the arguments and is not the value of an option. */
export function asksForHelp({ options }: Command, args: readonly string[]): boolean {
  const config = { args: [...args], options: parsed(options), strict: false, allowPositionals: true } as const;
  return parseArgs({ ...config, tokens: true }).tokens.some(
    (token) => token.kind === 'option' && token.name === 'help',
  );
}

/** @throws InputError naming the option, and the nearest name if the option is unknown */
function parse(command: Command, args: readonly string[]) {
  const { name: commandName, options, operands } = command;
  const config = { args: [...args], options: parsed(options), allowPositionals: true } as const;
  const where = `npm run lab -- ${commandName} --help`;
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true });
  const unknown = tokens.find(
    (token) =>
      (token.kind === 'option' && !Object.hasOwn(config.options, token.name)) ||
      (token.kind === 'positional' && !operands),
  );
  if (unknown) {
    const text = args[unknown.index]!.split('=')[0]!;
    const near = didYouMean(text.replace(/^-+/, ''), Object.keys(options), '--');
    throw new InputError(`${commandName} has no option ${excerpt(text)}${near || `; ${where} lists them`}`);
  }
  const seen = new Set<string>();
  for (const token of tokens)
    if (token.kind === 'option' && !config.options[token.name]?.multiple) {
      if (seen.has(token.name)) throw new InputError(`--${token.name} is given twice; give it once`);
      seen.add(token.name);
    }
  const { values, positionals } = input(() => parseArgs({ ...config, strict: true }));
  const given: Record<string, unknown> = { ...values };
  for (const [name, option] of Object.entries(options)) {
    const value = values[name];
    if (option.required && (value === undefined || value === ''))
      throw new InputError(`--${name} is missing; ${where}`);
    if (option.type === 'number' && (value !== undefined || option.initial !== undefined))
      given[name] = numeric(value as string | undefined, name, option.initial!, option);
  }
  return { values: given, positionals };
}
