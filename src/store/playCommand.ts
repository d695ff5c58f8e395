/** The terminal's command for what the Playground samples. */
import type { PlayRequest } from '../worker/playProtocol';
import { PLAY_RANGES, type PlayNumber } from './playChoice';
import { FOLDER, runOf, UNTRAINED } from './playModels';

const quoted = (text: string): string => (/^[\w@./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** Path of a model: runs as their zip unpacks, folders by their name. */
function pathOf(name: string): string {
  if (name === UNTRAINED) return 'runs/RUN@base';
  const stored = runOf(name);
  return stored ? `runs/${stored.run}@${stored.checkpoint}` : name.slice(FOLDER.length);
}

const OPTIONS: readonly (readonly [option: string, name: PlayNumber & keyof PlayRequest])[] = [
  ['--temperature', 'temperature'],
  ['--top-p', 'topP'],
  ['--top-k', 'topK'],
  ['--min-p', 'minP'],
];

/** @param names model of each column */
export function playCommand(names: readonly string[], request: Omit<PlayRequest, 'models'>): string {
  const { prompt, problem, count, seed, maxNew } = request;
  const asked =
    problem?.problem === undefined
      ? ['--prompt', prompt, ...(problem ? ['--answer', problem.answer] : [])]
      : ['--problem', JSON.stringify(problem)];
  const numbers = OPTIONS.filter(([, name]) => request[name] !== PLAY_RANGES[name].initial).flatMap(
    ([option, name]) => [option, String(request[name])],
  );
  const words = [
    ...names.flatMap((name) => ['--model', pathOf(name)]),
    ...asked,
    ...['-n', String(count)],
    ...numbers,
    ...(maxNew === null ? [] : ['--max-new', String(maxNew)]),
    ...['--seed', String(seed)],
  ];
  return `npm run lab -- sample ${words.map(quoted).join(' ')}`;
}

/** Files that the command needs, in words; empty if it has all. */
export function commandNotes(names: readonly string[]): readonly string[] {
  return [
    ...(names.some(runOf) ? ['Download the .zip of a run in Runs, and unpack it as runs/NAME.'] : []),
    ...(names.includes(UNTRAINED) ? ['Untrained weights need a run of the recipe: put its folder for RUN.'] : []),
    ...(names.some((name) => name.startsWith(FOLDER)) ? ['Put the path of the model folder for its name.'] : []),
  ];
}
