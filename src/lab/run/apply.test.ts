/** Changes of the recipe of a running run: what they change, what is refused, and how the journal reads. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { withFields } from '../recipe/recipe';
import { ChangeQueue, changedRecipe } from './changes';
import { checkpointName } from './checkpoint';
import { expectSameTensors, runWhole, SMALLEST, type Whole } from './continued.fixture';
import { EventReader } from './eventReader';
import { type ApplyEvent, eventToLine, type GrpoEvent, type LabEvent } from './events';
import { forkCheckpoint } from './fork';
import { run } from './run';
import { Session } from './session';

const RECIPE = withFields(SMALLEST, { 'evaluation.problems': 1, 'evaluation.base': false });
/** One change of each kind, and their places. */
const CHANGES = [
  ['sft', 1, { 'sft.learningRate': 1e-3, 'grpo.temperature': 0.9 }],
  ['sft', 3, { 'sft.weightDecay': 0.5, 'sft.adamw.beta1': 0.8 }],
  ['grpo', 0, { 'reward.accuracy': 2 }],
  ['grpo', 1, { 'reward.brevity': 0.5, 'grpo.scaleRewards': 'none', 'grpo.temperature': 0.7, 'grpo.gamma': 0.1 }],
  ['grpo', 2, { 'grpo.lossType': 'dapo', 'grpo.maxGradNorm': 0.1, 'grpo.optimizer': 'muon', 'grpo.topP': 0.9 }],
] as const;

function queued(changes: readonly (typeof CHANGES)[number][] = CHANGES) {
  const queue = new ChangeQueue();
  const applied = changes.map(([stage, step, fields]) => queue.add(fields, { stage, step }));
  return { queue, applied };
}
const parsed = ({ lines }: Pick<Whole, 'lines'>) => lines.map((line) => JSON.parse(line) as LabEvent);
const appliesOf = (events: readonly LabEvent[]) =>
  events.filter((event): event is ApplyEvent => event.type === 'apply');
const stepsOf = (events: readonly LabEvent[]) => events.filter((event): event is GrpoEvent => event.type === 'grpo');

let plain: Whole;
let changed: Whole;
let applied: readonly ApplyEvent[];
beforeAll(async () => {
  plain = await runWhole(openCpuDevice, RECIPE, { keep: () => true });
  const { queue, applied: pending } = queued();
  changed = await runWhole(openCpuDevice, RECIPE, { keep: () => true, options: { changes: queue } });
  applied = await Promise.all(pending);
});

describe('a change', () => {
  it('lies in the journal before the step that follows it', () => {
    const events = parsed(changed);
    expect(appliesOf(events)).toEqual(applied);
    expect(applied.map(({ stage, step, fields }) => [stage, step, Object.keys(fields).sort()])).toEqual(
      CHANGES.map(([stage, step, fields]) => [stage, step, Object.keys(fields).sort()]),
    );
    expect(applied[0]!.fields['sft.learningRate']).toEqual({ from: RECIPE.sft.learningRate, to: 1e-3 });
    for (const { stage, step } of applied) {
      const at = events.findIndex((event) => event.type === 'apply' && event.stage === stage && event.step === step);
      expect(events[at + 1]).toMatchObject({ type: stage, step: step + 1 });
    }
  });

  it('reads back, and a journal without it does not', async () => {
    const session = new Session(openCpuDevice(), RECIPE);
    const lines: string[] = [];
    for await (const event of run(session, { changes: queued().queue })) lines.push(eventToLine(event));
    session.destroy();
    const read = (some: readonly string[]) => {
      const reader = new EventReader();
      for (const [i, line] of some.entries()) reader.read(line, `line ${i + 1}`);
    };
    read(lines);
    const without = lines.filter((line) => !line.includes('reward.brevity'));
    expect(() => read(without)).toThrow(/groups\.0\.rollouts\.0\.parts: .*, but the recipe has/);
    const at = lines.findIndex((line) => line.includes('reward.brevity'));
    const edited = (from: string, to: string) => lines.map((line, i) => (i === at ? line.replace(from, to) : line));
    expect(() => read(edited('"step":1', '"step":2'))).toThrow('step: 2, but 1 were taken');
    expect(() => read(edited('"stage":"grpo"', '"stage":"sft"'))).toThrow('stage: "sft", but the run is in grpo');
    expect(() => read(edited('"from":0.9', '"from":0.8'))).toThrow('fields.grpo.temperature.from: the recipe has 0.9');
    expect(() =>
      read(edited('grpo.scaleRewards":{"from":"group","to":"none"', 'model.layers":{"from":1,"to":2')),
    ).toThrow('apply after grpo-1: model.layers: belongs to the weights');
  });

  it('equals a fork of the checkpoint before it', async () => {
    const fields = { 'reward.brevity': 0.5, 'grpo.beta': 0.5, 'grpo.lossType': 'dapo', 'grpo.weightDecay': 0.1 };
    const queue = new ChangeQueue();
    const done = queue.add(fields, { stage: 'grpo', step: 1 });
    const whole = await runWhole(openCpuDevice, RECIPE, { options: { changes: queue } });
    await done;
    const { checkpoint } = plain.checkpoints.find((one) => checkpointName(one.checkpoint) === 'grpo-1')!;
    const fork = forkCheckpoint(checkpoint, withFields(RECIPE, fields)).checkpoint;
    const rest = await runWhole(openCpuDevice, fork.recipe, { checkpoint: fork });
    expect(stepsOf(parsed(rest))).toEqual(stepsOf(parsed(whole)).slice(1));
    expectSameTensors(rest.weights, whole.weights);
    // the first step under the old reward: the same completions
    const texts = ({ groups }: GrpoEvent) => groups.flatMap(({ rollouts }) => rollouts.map(({ text }) => text));
    expect(texts(stepsOf(parsed(rest))[0]!)).toEqual(texts(stepsOf(parsed(plain))[1]!));
  });

  /** Continues from every checkpoint, with the changes of the journal after it. */
  async function expectRepeats(whole: Whole) {
    for (const { checkpoint, lines } of whole.checkpoints) {
      const repeats = appliesOf(parsed(whole).slice(lines));
      const rest = await runWhole(openCpuDevice, checkpoint.recipe, { checkpoint, options: { repeats } });
      const name = checkpointName(checkpoint);
      expect([...whole.lines.slice(0, lines), ...rest.lines.slice(1)], name).toEqual(whole.lines);
      expectSameTensors(rest.weights, whole.weights);
    }
  }

  it('is repeated to the bit from a checkpoint before it, and kept from one after it', () => expectRepeats(changed));

  it.each([
    [
      'curation',
      { 'curation.select': 'random', 'curation.pool': 4, 'curation.samples': 2, 'curation.refreshEvery': 1 },
    ],
    ['the gate of SFT', { 'sft.gateEvery': 1, 'sft.gateAccuracy': 1 }],
    ['a steered entropy and a reference that follows', { 'grpo.entropyTarget': 5, 'grpo.referenceSync': 2 }],
    ['more updates than one', { 'grpo.updates': 2 }],
  ])('is repeated to the bit with %s', async (_, fields) => {
    const { queue, applied: pending } = queued();
    const recipe = withFields(RECIPE, fields);
    const whole = await runWhole(openCpuDevice, recipe, { keep: () => true, options: { changes: queue } });
    expect(appliesOf(parsed(whole))).toEqual(await Promise.all(pending));
    await expectRepeats(whole);
  });
});

describe('a change that is refused', () => {
  it('leaves the run as it is, and names the field', async () => {
    const queue = new ChangeQueue();
    const errors = [
      queue.add({ 'model.layers': 2 }),
      queue.add({ 'grpo.groupSize': 8 }, { stage: 'grpo', step: 1 }),
      queue.add({ 'reward.custom': 1, 'reward.customSource': '(' }, { stage: 'grpo', step: 1 }),
      queue.add({ 'grpo.beta': RECIPE.grpo.beta }),
      queue.add({ 'grpo.beta': -1 }),
      queue.add({ 'grpo.beta': 0 }, { stage: 'grpo', step: 3 }),
    ].map((change) => change.then(String, ({ message }: Error) => message));
    const whole = await runWhole(openCpuDevice, RECIPE, { options: { changes: queue } });
    queue.close(new Error('the run has ended'));
    expect(whole.lines).toEqual(plain.lines);
    expect(await Promise.all(errors)).toEqual([
      'apply after sft-0: model.layers: belongs to the weights; start a new run',
      'apply after grpo-1: grpo.groupSize: sets the size of buffers; fork a checkpoint',
      expect.stringContaining('reward.customSource'),
      'apply: the recipe has these values already',
      expect.stringContaining('grpo.beta'),
      'the run has ended',
    ]);
  });

  it.each([
    ['sft', 'seed', 3],
    ['sft', 'sft.steps', 9],
    ['sft', 'sft.shortShare', 0],
    ['sft', 'curation.low', 0.3],
    ['grpo', 'sft.learningRate', 1e-3],
    ['grpo', 'reward.lMax', 30],
    ['grpo', 'grpo.steps', 9],
    ['grpo', 'evaluation.problems', 2],
    ['grpo', 'precision', 'f16'],
  ] as const)('in %s: %s', (stage, field, value) => {
    expect(() => changedRecipe(RECIPE, { [field]: value }, { stage, step: 1 })).toThrow(
      `apply after ${stage}-1: ${field}: `,
    );
  });
});
