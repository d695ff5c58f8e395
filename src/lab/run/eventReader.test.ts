/** Runs read back from their lines: what the lab wrote passes, what does not fit is refused by line and field. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { linesOf } from '../../json';
import { recipeByName } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import { EventReader } from './eventReader';
import { eventToLine } from './events';
import { run } from './run';
import { Session } from './session';

/** Recipe whose run has every kind of event and every optional field. */
const RECIPE = withFields(recipeByName('parity-8-nano'), {
  'model.layers': 1,
  'model.width': 16,
  'model.ffn': 8,
  'sft.steps': 2,
  'sft.sequences': 4,
  'grpo.steps': 2,
  'grpo.prompts': 2,
  'grpo.groupSize': 2,
  'grpo.dynamicSampling': 'reward',
  'reward.lMax': 20,
  'reward.custom': 0.5,
  'reward.customSource': 'function reward({ text }) { return text.length % 3; }',
  'curation.select': 'band',
  'curation.pool': 4,
  'curation.samples': 2,
  'curation.refreshEvery': 1,
  'evaluation.problems': 2,
  'evaluation.base': true,
  'evaluation.others': [{ task: 'addition', level: 1 }],
});

const readAll = (lines: readonly string[]) => {
  const reader = new EventReader();
  return lines.map((line, i) => reader.read(line, `run.jsonl: line ${i + 1}`));
};

describe('a run of this lab', () => {
  const lines: string[] = [];
  beforeAll(async () => {
    const session = new Session(openCpuDevice(), RECIPE);
    for await (const event of run(session)) lines.push(eventToLine(event));
    session.destroy();
  });
  const at = (type: string, nth = 0) => {
    const found = lines.flatMap((line, i) => (line.startsWith(`{"type":"${type}"`) ? [i] : []));
    return found[nth]!;
  };

  it('passes', () => {
    expect(readAll(lines).map(eventToLine)).toEqual(lines);
    expect(new Set(readAll(lines).map(({ type }) => type)).size).toBe(7);
  });

  it('passes where it was stopped', () => {
    expect(readAll(lines.slice(0, at('grpo') + 1))).toHaveLength(at('grpo') + 1);
  });

  it.for([
    ['start', '"device":"cpu"', '"device":"abacus"', /: device: /],
    ['start', '"parameters":', '"parameter":', /parameters/],
    ['sft', '"step":1', '"step":2', /: step: 2, but 1 is next$/],
    ['sft', '"loss":', '"loss":"low","was":', /: loss: /],
    ['sft', /"loss":[^,]+/, '"loss":1e999', /: "1e999" is larger than a number here can be/],
    ['sft', /"num_tokens":\d+/, '"num_tokens":-4', /: num_tokens: /],
    ['stage', '"stage":"compile"', '"stage":"grpo"', /: stage: "grpo" does not follow the start$/],
    ['curation', '"pool":4', '"pool":400', /: pool: 400, but the recipe's curation.pool is 4$/],
    ['curation', /"histogram":\[\d+/, '"histogram":[77', /: histogram: counts 7/],
    ['evaluation', '"stage":"base"', '"stage":"grpo"', /: stage: an evaluation "grpo" is not due here$/],
    ['evaluation', /"accuracy":[^,]+/, '"accuracy":1.5', /: greedy.accuracy: /],
    ['grpo', '"ids":{"u16":"', '"ids":{"u16":"aABoAGgA', /: groups.0.rollouts.0.logprobs: /], // base64 of 104, 104, 104
    ['grpo', '"ids":{"u16":"', '"ids":{"u16":"?', /: ids: "\?.*" is no base64/],
    ['grpo', '"ids":{"u16":"', '"ids":{"u8":"', /: groups.0.rollouts.0.ids: is no array of token ids/],
    [
      'grpo',
      /"ids":\{"u16":"\S{8}/,
      '"ids":{"u16":"aABoAGgA',
      /: groups.0.rollouts.0.ids.0: 104, but the vocabulary has 104 tokens$/,
    ],
    ['grpo', '"text":"', '"text":"~', /: groups.0.rollouts.0.text: not what the ids spell$/],
    ['grpo', /"ended":(true|false)/, '"ended":null', /: groups.0.rollouts.0.ended: /],
    ['grpo', /"advantage":[^,]+/, '"advantage":9', /: groups.0.rollouts.0.advantage: 9, but the rewards give /],
    [
      'grpo',
      /"reward":[^,]+,"parts"/,
      '"reward":9,"parts"',
      /: groups.0.rollouts.0.reward: 9, but the parts add up to /,
    ],
    ['grpo', /"weight":[^,]+/, '"weight":0', /: groups.0.rollouts.0.(reward|parts.0.weight): /],
    ['grpo', /"kl":[^,]+/, '"kl":null', /: metrics.kl: /],
    ['grpo', /"accuracy":[^,]+/, '"accuracy":0.31', /: metrics.accuracy: 0.31, but the rollouts have /],
    ['grpo', /"bits":\[\d/, '"bits":[7', /: groups.0.problem.bits.0: /],
    [
      'grpo',
      /"verdict":\{"code":"[a-z_]+"/,
      '"verdict":{"code":"luck"',
      /: groups.0.rollouts.0.verdict: code: luck is none of /,
    ],
    [
      'grpo',
      /"reason":\{"code":"[a-z_]+"/,
      '"reason":{"code":"luck"',
      /: groups.0.rollouts.0.parts.0.reason: code: luck is /,
    ],
    ['grpo', '"values":{"n":5,', '"values":{', /: groups.0.rollouts.0.parts.1.reason: values: n is missing for none$/],
    ['grpo', '"task":"parity"', '"task":"poetry"', /: groups.0.task: /],
    ['end', '"seed":0', '"seed":1', /: summary.seed: 1, but the events say 0$/],
    ['end', /"final_loss":[^,]+/, '"final_loss":0', /: summary.sft.final_loss: 0, but the events say /],
  ] as const)('is refused with a changed %s: %s', ([type, from, to, message]) => {
    const changed = [...lines];
    changed[at(type)] = lines[at(type)]!.replace(from, to);
    expect(changed[at(type)]).not.toBe(lines[at(type)]);
    expect(() => readAll(changed)).toThrow(message);
    expect(() => readAll(changed)).toThrow(`run.jsonl: line ${at(type) + 1}`);
  });

  it('is refused where a line is missing, comes twice, or follows the end', () => {
    const without = (i: number) => lines.filter((_, j) => j !== i);
    expect(() => readAll(without(0))).toThrow('line 1: the first event has to be "start", and is "stage"');
    expect(() => readAll(without(at('sft')))).toThrow('step: 2, but 1 is next');
    expect(() => readAll(without(at('grpo')))).toThrow(/step: /);
    expect(() => readAll([lines[0]!, ...lines])).toThrow('line 2: a second "start"; a file holds one run');
    expect(() => readAll([...lines, lines[1]!])).toThrow('nothing may follow the event "end", and "stage" does');
  });
});

it('reads the recorded run', () => {
  const text = readFileSync(new URL('../../../public/runs/parity-12.jsonl', import.meta.url), 'utf8');
  const reader = new EventReader();
  const events = linesOf(text, 'parity-12.jsonl').map(({ line, where }) => reader.read(line, where));
  expect(events.at(-1)?.type).toBe('end');
});
