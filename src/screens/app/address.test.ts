/** Links: a written address reads back; a link names what it cannot open. */
import { describe, expect, it } from 'vitest';
import { INITIAL_EVALUATE } from '../../store/evaluateChoice';
import { lab } from '../../store/lab';
import { INITIAL_PLAY } from '../../store/playChoice';
import { INITIAL_REWARD } from '../../store/rewardChoice';
import { readAddress, writeAddress, writeLinked } from './address';

const data = { task: 'parity', level: 8, seed: 0, index: 0 };
const NOTHING = {
  evaluation: INITIAL_EVALUATE,
  play: INITIAL_PLAY,
  reward: INITIAL_REWARD,
  screen: 'train',
  step: null,
  group: null,
  rollout: 0,
  token: null,
  worked: {},
  traces: { filter: '', find: '', sort: 'step' },
  experiment: null,
  experimentSeed: null,
  runsTab: 'list' as const,
  compared: [],
  newRun: null,
  data,
  linked: '',
};
const read = (hash: string) => readAddress(hash, { ...lab.getState(), data });

describe('an address', () => {
  it.each([
    { screen: 'train' },
    { screen: 'train', step: 3, worked: { scaleRewards: 'none', lengthDivisor: 'constant' } as const },
    { screen: 'traces', worked: { lengthDivisor: 'batch' } as const },
    {
      ...{ screen: 'traces', step: 12, group: 3, rollout: 5, token: 7 },
      traces: { filter: 'part.length < -0.2 and problem contains "1&0"', find: 'wait', sort: '-reward' },
    },
    { screen: 'runs', runsTab: 'report', experiment: 'E3', experimentSeed: 7 },
    { screen: 'runs', runsTab: 'evaluate' },
    {
      screen: 'runs',
      runsTab: 'evaluate',
      evaluation: {
        model: 'a@grpo-2',
        tasks: ['parity:8', 'addition:2'],
        problems: 64,
        samples: 3,
        temperature: 0,
        seed: 7,
        compared: ['a/grpo-2_parity_8_0.jsonl', null],
      },
    },
    { screen: 'runs', compared: ['a', 'b-2'] },
    { screen: 'rewards', reward: { ...INITIAL_REWARD, A: { 'reward.length': 0.2, 'reward.lPos': 'abc' } } },
    { screen: 'rewards', reward: { ...INITIAL_REWARD, slot: 'B' as const, B: { 'grpo.scaleRewards': 'none' } } },
    { screen: 'playground' },
    {
      screen: 'playground',
      play: {
        ...INITIAL_PLAY,
        prompt: '1 + 1\n&=',
        answer: '2',
        models: ['a@base', 'a@grpo-2'],
        follows: false,
        topP: 0.9,
        seed: 7,
        count: 4,
      },
    },
    { screen: 'playground', play: { ...INITIAL_PLAY, ask: 'problem', maxNew: 12 } },
    { screen: 'train', group: 0, newRun: 'task', data: { ...data, task: 'addition', level: 2 } },
  ] as const)('reads as it was written: $screen', (chosen) => {
    const state = { ...NOTHING, ...chosen };
    const { linked: _, play, reward, ...others } = state;
    const own = { playground: { play }, rewards: { reward } }[state.screen as string];
    const changes = { ...others, ...own };
    expect(read(writeAddress(state))).toEqual({ changes, faults: [], linked: null });
  });

  it('keeps the recipe that a link asks for', () => {
    const linked = { recipe: 'parity-12', set: 'q1Yq-_', hash: null };
    const state = { ...NOTHING, linked: writeLinked(linked) };
    expect(writeAddress(state)).toBe('#view=train&recipe=parity-12&set=q1Yq-_');
    expect(read(writeAddress(state))).toMatchObject({ linked, faults: [] });
  });

  it('of edited rewards names fields that a reward lacks, and text that is no edit', () => {
    const hash =
      '#view=rewards&rewardA={"reward.length":0.2,"reward.depth":1,"seed":2,"reward.lPos":[1]}&rewardB=[1]&slot=B';
    const { changes, faults } = read(hash);
    expect(changes.reward).toEqual({ ...INITIAL_REWARD, A: { 'reward.length': 0.2 } });
    expect(faults).toEqual([
      'rewardA: a reward has no field "reward.depth"',
      'rewardA: a reward has no field "seed"',
      'rewardA: reward.lPos is [1]; use a number or a text',
      'rewardB is no JSON object of changed fields by their paths, such as {"reward.length":0.2}',
      'slot="B" is not possible: the link has no reward B',
    ]);
  });

  it('that is too long is refused whole', () => {
    const { faults, linked } = read(`#view=data&recipe=parity-12&set=${'a'.repeat(1_000_000)}`);
    expect([faults, linked]).toEqual([['the link has 1000032 characters; use at most 1000000'], null]);
  });

  it('without parameters opens the first screen', () => {
    expect(read('')).toMatchObject({ changes: { screen: 'train', data }, faults: [] });
  });

  it.each([
    ['#view=evaluate', { screen: 'runs', runsTab: 'evaluate' }],
    ['#view=evaluate&experiment=E3', { screen: 'runs', runsTab: 'report', experiment: 'E3' }],
    ['#view=rollouts&step=12&group=3&rollout=5', { screen: 'traces', step: 12, group: 3, rollout: 5 }],
    ['#view=data', { screen: 'train', newRun: 'task' }],
  ])('of a former screen opens its new place: %s', (hash, changes) => {
    expect(read(hash)).toMatchObject({ changes, faults: [] });
  });

  it.each([
    ['#view=party', 'there is no screen "party"; there are learn, train, traces, rewards, playground, runs'],
    ['#view=playground&topP=7', 'topP="7" is not possible: use 0.01 to 1'],
    ['#view=playground&count=1.5', 'count="1.5" is not possible: use a whole number'],
    ['#view=playground&temperature=x', 'temperature="x" is not possible: use 0 to 5'],
    ['#view=playground&models=a|b|c|d', 'models names 4 models; the first 3 are shown'],
    ['#view=runs&tab=x', 'Runs has no tab "x"; there are list, evaluate, report'],
    ['#view=traces&step=-1', 'step="-1" is not a whole number from 1'],
    ['#view=traces&step=1e3', 'step="1e3" is not a whole number from 1'],
    [`#view=traces&filter=${'x'.repeat(1001)}`, 'filter has 1001 characters; use at most 1000'],
    ['#view=traces&step=99999999999', 'step="99999999999" is too large'],
    ['#view=train&scale=all', 'scale="all" is not possible; use group, batch, none'],
    ['#view=data&n=0', 'n="0" is not a whole number from 1'],
    ['#view=data&n=900', 'n=900 is more than 500, the last problem'],
    ['#view=data&task=chess', 'there is no task "chess"'],
    ['#view=data&task=parity&level=9999', 'parity has no level 9999; the nearest is 32'],
    ['#view=train&view=data', 'view occurs twice; the first counts'],
    ['#veiw=data', 'a link cannot choose "veiw"'],
  ])('names the fault of %s', (hash, fault) => {
    expect(read(hash).faults).toEqual([fault]);
  });

  it('quotes the start of long values', () => {
    expect(read(`#${'x'.repeat(100_000)}=1&view=${'y'.repeat(100_000)}`).faults.join().length).toBeLessThan(500);
  });
});
