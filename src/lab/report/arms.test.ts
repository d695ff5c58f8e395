/** Arms: one number per column, the same numbers from stages, from a run in one go, and from stored runs with evaluations. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { filesWithin } from '../../runs/files';
import { memoryFiles } from '../../runs/memoryFiles';
import { editMeta } from '../../runs/runFolder';
import { evaluateModel, planned } from '../evaluate/evaluate';
import { measuredCheckpoint } from '../evaluate/models';
import { RecordWriter } from '../evaluate/records';
import { withFields } from '../recipe/recipe';
import type { Summary } from '../run/events';
import { run } from '../run/run';
import { Session } from '../run/session';
import { evaluatedTasks } from '../run/sources';
import { recordNew } from '../stored/stored.fixture';
import { type Arm, oneRun, type RunNumbers, recipeOfRun, titledRecipe } from './arm';
import { experiments } from './index';
import { armReport, outcomeOf } from './outcome';
import { parseResult } from './results';
import { seeded } from './seeded';
import { storedArms } from './storedArms';
import { Workbench } from './workbench';

const device = openCpuDevice();
afterAll(() => device.destroy());

const TINY = {
  ...{ 'model.layers': 1, 'model.width': 16, 'model.heads': 2, 'model.kvHeads': 1, 'model.ffn': 16 },
  ...{ 'sft.steps': 2, 'sft.sequences': 4, 'sft.warmup': 1, 'evaluation.problems': 4, 'checkpoints.everySeconds': 0 },
  ...{ 'grpo.steps': 2, 'grpo.prompts': 2, 'grpo.groupSize': 4, 'grpo.warmup': 0 },
} as const;

/** Numbers of a recipe's run that never stopped between its stages. */
async function inOneGo(recipe: Parameters<typeof withFields>[0]): Promise<Summary> {
  const session = new Session(device, recipe);
  let summary: Summary | null = null;
  for await (const event of run(session)) if (event.type === 'end') summary = event.summary;
  session.destroy();
  return summary!;
}

describe('the arms of an experiment', () => {
  const stage = { greedy_accuracy: 0.5, sampled_accuracy: 0.25, mean_length: 9 };
  const point = { step: 1, reward: 0, accuracy: 0.5, mean_length: 8, clipped_ratio: 0, kl: 0, entropy: 1 };
  const numbersFor = (arm: Arm): RunNumbers[] =>
    arm.runs.map((one) => {
      const { evaluation, grpo } = recipeOfRun(one, 0);
      const others = evaluation.others.map((other) => ({ ...stage, ...other }));
      const accuracy = { ...stage, ...(others.length > 0 && { others }) };
      const curve = grpo.steps > 0 ? [{ ...point, frac_reward_zero_std: 0 }] : [];
      const after = { sft: { steps: 1, final_loss: 1, ...accuracy }, grpo: { steps: 1, curve, ...accuracy } };
      return { ...(evaluation.base && { base: accuracy }), ...after };
    });
  const answer = { correct: true, partial: 1, answer: '1', tokens: 3, ended: true };
  const passes = Array.from({ length: 5 }, (_, i) => ({ run: i + 1, seed: i, answers: [answer, answer] }));

  it.each(experiments.map((one) => [one.id, one] as const))(
    '%s have one number per column, and the rows of the result',
    (id, experiment) => {
      const file = new URL(`../../../public/results/${id}.json`, import.meta.url);
      const { rows } = parseResult(readFileSync(file, 'utf8'), id);
      expect(experiment.arms.map(({ arm, recipe, set }) => ({ arm, recipe, set }))).toEqual(
        rows.map(({ arm, recipe, set }) => ({ arm, recipe, set })),
      );
      for (const arm of experiment.arms) {
        const report = arm.evaluation && armReport(arm.evaluation, passes);
        const cells = arm.cells({ runs: numbersFor(arm), report });
        expect(cells).toHaveLength(experiment.columns.length);
        for (const cell of cells) expect(Number.isFinite(cell)).toBe(true);
        for (const one of arm.runs) expect(titledRecipe(id, one, 2147483647).title.length).toBeLessThanOrEqual(80);
      }
    },
  );
});

describe('the workbench', () => {
  it('gives the numbers of a run in one go, also before training and for another own task', async () => {
    const bench = new Workbench(device);
    const based = withFields(seeded('parity-8-nano', 1), { ...TINY, 'evaluation.base': true, 'reward.lMax': 24 });
    const { numbers } = await bench.whole(based);
    const { base, sft, grpo } = await inOneGo(based);
    expect(numbers).toEqual({ base, sft, grpo });

    const mixed = withFields(seeded('mixed', 1), TINY);
    const [own, ...others] = [...evaluatedTasks(mixed)]
      .reverse()
      .map(({ task, level }) => ({ task: task.name, level }));
    const turned = withFields(mixed, {
      ...{ 'task.name': own!.task, 'task.level': own!.level, 'evaluation.others': others },
    });
    await bench.whole(withFields(mixed, { 'grpo.steps': 0 }));
    bench.takeReused();
    const second = await bench.whole(turned);
    expect(bench.takeReused()).toBeGreaterThan(0); // SFT of another own task
    const whole = await inOneGo(turned);
    expect(second.numbers).toEqual({ sft: whole.sft, grpo: whole.grpo });
  });
});

describe('stored runs', () => {
  const set = { ...TINY, 'reward.lMax': 24 };
  const trained = oneRun('trained', 'parity-8-nano', set, ({ sft, grpo }) => [
    grpo.sampled_accuracy - sft.mean_length + grpo.curve[1]!.reward,
  ]);
  const asked = { problems: 4, samples: 3, temperature: 0.8, of: 2 };
  const answering: Arm = {
    ...trained,
    arm: 'answering',
    evaluation: asked,
    cells: ({ report }) => [report!.ofN.best + report!.meanLength],
  };
  const experiment = { arms: [trained, answering] };

  it('answer an arm with the numbers of the experiment; a fork or another recipe does not', async () => {
    const runs = memoryFiles();
    expect(await storedArms(experiment, runs)).toEqual([]);
    const recipe = titledRecipe('E3', trained.runs[0]!, 1);
    const files = filesWithin(runs, 'mine');
    await recordNew(files, recipe);
    const [first, second] = await storedArms(experiment, runs);
    const found = { run: 'mine', title: '', hasEnded: true, adapter: device.name, checkpoint: 'grpo-2' };
    const { rows } = await outcomeOf(experiment, new Workbench(device), 1);
    expect(first).toEqual({
      arm: 'trained',
      seed: 1,
      runs: [{ ...found, title: recipe.title }],
      answers: null,
      cells: rows[0]!.cells,
    });
    expect(second).toMatchObject({ arm: 'answering', answers: 0, cells: null });

    const model = await measuredCheckpoint(files, 'grpo-2');
    const plan = planned(device, model, evaluatedTasks(recipe)[0]!, { ...asked, seed: 1 });
    const record = await RecordWriter.open(files, 'grpo-2', plan.header);
    await evaluateModel(device, model, plan, asked.samples, record, () => {});
    await record.close();
    expect((await storedArms(experiment, runs))[1]).toMatchObject({ answers: 3, cells: rows[1]!.cells });

    const other = { ...trained, runs: [{ ...trained.runs[0]!, set: { ...set, 'grpo.beta': 0.5 } }] };
    expect(await storedArms({ arms: [other] }, runs)).toEqual([]);
    const parent = { run: 'other', stage: 'grpo', step: 0 };
    await editMeta(files, (meta) => ({ ...meta, parent }));
    expect(await storedArms(experiment, runs)).toEqual([]);
  });
});
