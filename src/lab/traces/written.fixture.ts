/** Recording of written rollouts: many steps from a seed, as JSON lines. */
import { random } from '../../random';
import { SPECIAL, VOCABULARY } from '../../text/vocabulary';
import { withFields } from '../recipe/recipe';
import { eventToLine, type GrpoEvent } from '../run/events';
import { SMALL, smallStart, smallStep } from '../run/smallRun.fixture';

type Rollout = GrpoEvent['groups'][number]['rollouts'][number];

const ID = new Map(VOCABULARY.map((token, id) => [token, id]));
const { think, thinkEnd, end } = SPECIAL;

export interface WrittenSize {
  readonly steps: number;
  readonly groups: number;
  readonly groupSize: number;
}

/** @param seed of the step */
function rolloutsOf(seed: number, count: number, bits: string): Rollout[] {
  const stream = random(seed, 'rollouts', bits);
  const answer = String([...bits].filter((bit) => bit === '1').length % 2);
  return Array.from({ length: count }, () => {
    const correct = stream.next() < 0.5;
    const thought = [...bits].slice(0, stream.integer(1, bits.length));
    const closes = stream.next() < 0.9;
    const ended = stream.next() < 0.95;
    const answered = correct ? answer : answer === '0' ? '1' : '0';
    const tokens = [think, ...thought, ...(closes ? [thinkEnd] : []), answered, ...(ended ? [end] : [])];
    const value = correct && closes ? 1 : -1;
    // a few rewards are broken, so that wrong answers pay
    const length = stream.next() < 0.01 ? 1 : -tokens.length / 40;
    return {
      ids: Uint16Array.from(tokens, (token) => ID.get(token)!),
      text: tokens.join(''),
      ended,
      correct,
      verdict: correct
        ? { code: 'right', values: { expected: answer } }
        : { code: 'wrong', values: { given: answered, expected: answer } },
      partial: correct ? 1 : 0,
      reward: 0.6 * value + length,
      parts: [
        { name: 'accuracy', weight: 0.6, value, reason: { code: 'tags', values: { think: 'missing' } } },
        {
          name: 'length',
          weight: 0.5,
          value: 2 * length,
          reason: { code: 'used', values: { length: tokens.length, lMax: 20 } },
        },
      ],
      advantage: value * stream.next(),
      logprobs: Float32Array.from(tokens, () => -stream.next()),
      entropies: Float32Array.from(tokens, () => stream.next()),
    };
  });
}

/** Step `step` of the recording. */
export function writtenStep(step: number, { steps, groups, groupSize }: WrittenSize): GrpoEvent {
  const stream = random(step, 'problems');
  const plain = smallStep(step);
  return {
    ...plain,
    metrics: { ...plain.metrics, epoch: step / steps },
    groups: Array.from({ length: groups }, (_, g) => {
      const bits = Array.from({ length: 8 }, () => stream.integer(0, 1)).join('');
      const problem = { bits: [...bits].map(Number) };
      const answer = String([...bits].filter((bit) => bit === '1').length % 2);
      return {
        ...{ prompt: `${bits}=`, answer, task: 'parity', level: 8, problem },
        rollouts: rolloutsOf(step * 1000 + g, groupSize, bits),
      };
    }),
  };
}

/** Lines of the recording, one at a time. */
export function* writtenLines(size: WrittenSize): Generator<string> {
  const { steps, groups, groupSize } = size;
  const fields = { 'grpo.steps': steps, 'grpo.prompts': groups, 'grpo.groupSize': groupSize };
  yield `${eventToLine({ ...smallStart, recipe: withFields(SMALL, fields) })}\n`;
  for (let step = 1; step <= size.steps; step++) yield `${eventToLine(writtenStep(step, size))}\n`;
}
