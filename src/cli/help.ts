/** What `--help` prints, made from the records of the commands. */
import { type Command, HELP, type Option } from './command';
import { EXIT, EXIT_MEANING } from './stopping';

const WIDTH = 110;
const PROGRAM = 'npm run lab --';

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

/** Range and initial value as the command takes them. */
function range(option: Option): string {
  if (option.type !== 'number') return '';
  const initial = option.initial === undefined ? '' : `, default ${option.initial}`;
  return ` (${option.min} to ${option.max}${initial})`;
}

const EXITS = Object.entries(EXIT).map(
  ([name, code]) => [String(code), EXIT_MEANING[name as keyof typeof EXIT]] as const,
);

/** Help of one command. */
export function commandHelp({ name, summary, operands, options }: Command): string {
  const entries = Object.entries(options);
  const needed = entries.flatMap(([name, option]) => (option.required ? [` ${flag(name, option)}`] : []));
  const rows = [...entries, ['help', HELP] as const].map(
    ([name, option]) => [flag(name, option), `${option.help}${range(option)}`] as const,
  );
  return [
    `${name}: ${summary}`,
    `  ${PROGRAM} ${name}${operands ? ` ${operands.usage}` : ''}${needed.join('')} [options]`,
    columns(operands ? [[operands.usage, operands.help], ...rows] : rows),
  ].join('\n\n');
}

/** Help of the terminal: its commands and exit codes. */
export function overview(commands: readonly Command[]): string {
  return [
    'The lab from a terminal.',
    `  ${PROGRAM} COMMAND [options]`,
    columns(commands.map(({ name, summary }) => [name, summary] as const)),
    `${PROGRAM} COMMAND --help lists the options of a command. Exit codes:`,
    columns(EXITS),
  ].join('\n\n');
}
