import { MessageSquareText } from 'lucide-react';
import { quote } from '../../quote';
import type { LabState } from '../../store/lab';
import {
  INITIAL_PLAY,
  MOST_COLUMNS,
  PLAY_RANGES,
  type PlayChoice,
  type PlayNumber,
  playFault,
} from '../../store/playChoice';
import type { AddressReader, Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

const ID = 'playground';

/** Parameters of the numbers; `seed` is that of the problem. */
const NUMBERS: readonly (readonly [param: string, name: PlayNumber])[] = [
  ...(['temperature', 'topP', 'topK', 'minP', 'count', 'maxNew'] as const).map((name) => [name, name] as const),
  ['sampleSeed', 'seed'],
];

/** Separates models: no name of a run has it. */
const SEPARATOR = '|';

function numberOf(reader: AddressReader, param: string, name: PlayNumber): number {
  const { initial } = PLAY_RANGES[name];
  const text = reader.text(param);
  if (text === null) return initial;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const fault = playFault(name, value);
  if (fault === null) return value;
  reader.fault(`${param}=${quote(text)} is not possible: ${fault}`);
  return initial;
}

function read(reader: AddressReader): Partial<LabState> {
  if (reader.text('view') !== ID) return {};
  const models = reader.text('models')?.split(SEPARATOR).filter(Boolean) ?? null;
  if (models && models.length > MOST_COLUMNS)
    reader.fault(`models names ${models.length} models; the first ${MOST_COLUMNS} are shown`);
  const prompt = reader.text('prompt');
  const numbers = NUMBERS.map(([param, name]) => [name, numberOf(reader, param, name)]);
  const play: PlayChoice = {
    ...INITIAL_PLAY,
    ask: prompt === null && reader.text('task') !== null ? 'problem' : 'prompt',
    prompt,
    answer: reader.text('answer') ?? '',
    models: models && models.length > 0 ? models.slice(0, MOST_COLUMNS) : null,
    follows: models === null,
    ...(Object.fromEntries(numbers) as Record<PlayNumber, number>),
  };
  return { play };
}

function write({ play, data }: Pick<LabState, 'play' | 'data'>): Record<string, string | number | null> {
  const numbers = NUMBERS.map(([param, name]) => [param, play[name] === PLAY_RANGES[name].initial ? null : play[name]]);
  const isProblem = play.ask === 'problem';
  const { task, level, seed, index } = data;
  return {
    ...(isProblem ? { task, level, seed, n: index + 1 } : { prompt: play.prompt, answer: play.answer || null }),
    models: play.models?.join(SEPARATOR) ?? null,
    ...Object.fromEntries(numbers),
  };
}

export const playground: Screen = {
  id: ID,
  title: 'Playground',
  icon: MessageSquareText,
  Component: lazyScreen(() => import('./Playground').then(({ Playground }) => Playground)),
  address: { names: ['prompt', 'answer', 'models', ...NUMBERS.map(([param]) => param)], write, read },
};
