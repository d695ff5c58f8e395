/** Help texts of the terminal, made from the records of the commands. */
import { type Command, HELP, type Option } from './command';
import { EXIT_CODES } from './exitCodes';

const WIDTH = 110;
export const PROGRAM = 'npm run lab --';

/** Breaks at spaces; lines after the first are indented. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH - indent) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** Two columns, the second one wrapped. */
function columns(rows: readonly (readonly [left: string, right: string])[]): string {
  const indent = 2 + Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left}`.padEnd(indent) + wrap(right, indent)).join('\n');
}

const shownValue = (option: Option): string => (option.type === 'boolean' ? '' : ` ${option.value ?? 'N'}`);

function flag(name: string, option: Option): string {
  const long = name.length === 1 ? `-${name}` : `--${name}`;
  const short = option.short === undefined || option.short === name ? '' : `-${option.short}, `;
  return `${short}${long}${shownValue(option)}`;
}

/** Range and default as the command takes them. */
function range(option: Option): string {
  if (option.type !== 'number') return '';
  const initial = option.initial === undefined ? '' : `, default ${option.initial}`;
  return ` (${option.min} to ${option.max}${initial})`;
}

/** Operands and options of a command, each with its help. */
export function optionRows({ operands, options }: Command): (readonly [left: string, right: string])[] {
  const rows = [...Object.entries(options), ['help', HELP] as const].map(
    ([name, option]) =>
      [
        flag(name, option),
        `${option.help}${range(option)}${'required' in option && option.required ? ' (required)' : ''}`,
      ] as const,
  );
  return operands ? [[operands.usage, operands.help], ...rows] : rows;
}

/** Call of a command with all that it requires. */
export function usage({ name, operands, options }: Command): string {
  const needed = Object.entries(options).flatMap(([name, option]) => (option.required ? [flag(name, option)] : []));
  return [PROGRAM, name, ...(operands ? [operands.usage] : []), ...needed, '[options]'].join(' ');
}

/** Help of one command. */
export function commandHelp(command: Command): string {
  const { name, summary, examples = [] } = command;
  return [
    `${name}: ${summary}`,
    `  ${usage(command)}`,
    columns(optionRows(command)),
    ...(examples.length > 0 ? [examples.map((example) => `  ${PROGRAM} ${example}`).join('\n')] : []),
  ].join('\n\n');
}

/** Help of the terminal: its commands and exit codes. */
export function overview(commands: readonly Command[]): string {
  return [
    'The lab from a terminal.',
    `  ${PROGRAM} COMMAND [options]`,
    columns(commands.map(({ name, summary }) => [name, summary] as const)),
    `${PROGRAM} COMMAND --help lists the options of a command. Exit codes:`,
    columns(Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning] as const)),
  ].join('\n\n');
}
