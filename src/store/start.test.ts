/** Questions before a run starts: about the run on screen, about memory, and about the recipe for the CPU. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { recipeByName } from '../lab/recipe/presets';
import type { LabEvent } from '../lab/run/events';
import type { MemoryEstimate } from '../lab/run/memory';
import { SMALL_RECIPE } from './cpuSpeed';
import { chooseRecipe, editDraft } from './draft';
import { lab } from './lab';
import { draftMemory, followDraft } from './memory';
import { memoryShare } from './memoryShare';
import { followProgram } from './program';
import { answer } from './question';
import { applyEvent, emptyRun } from './run';
import { heldBack, leavingCosts, runAtStake, startTraining, trainSmall } from './start';

const GIB = 2 ** 30;
const peak = (gibibytes: number): MemoryEstimate =>
  ({ peak: gibibytes * GIB, size: { weights: 1e6, longest: 50 } }) as MemoryEstimate;
const question = () => lab.getState().question;
const asked = () => vi.waitFor(() => expect(question()).not.toBeNull());

/** A run of the small recipe after some SFT steps. */
function live(steps: number) {
  const run = emptyRun();
  applyEvent(run, { type: 'start', recipe: recipeByName(SMALL_RECIPE) } as LabEvent);
  for (let step = 1; step <= steps; step++) applyEvent(run, { type: 'sft', step } as LabEvent);
  return { source: 'live', status: 'playing', run, runName: null, saved: null } as const;
}

let clock = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => (clock += 5000));
  chooseRecipe('parity-12');
  lab.setState({
    source: 'replay',
    status: 'playing',
    run: emptyRun(),
    started: null,
    memory: peak(0.1),
    checked: null,
    compute: 'webgpu',
  });
});

describe('a run with steps', () => {
  it('would be lost; a recording or a run without steps would not', () => {
    expect(runAtStake(live(3))).toMatch(/“Parity of 8 bits, quick” is training here, now at SFT step 3/);
    expect(runAtStake({ ...live(3), status: 'finished' })).toMatch(/trained here, to SFT step 3/);
    expect(runAtStake({ ...live(3), status: 'failed' })).toBeNull();
    expect(runAtStake(live(0))).toBeNull();
    expect(runAtStake({ ...live(3), source: 'replay' })).toBeNull();
  });

  it('that is stored stops and stays; leaving the page costs the steps since its checkpoint', () => {
    const stored = { ...live(3), runName: 'parity-8-nano-1', saved: { stage: 'sft', step: 2 } } as const;
    expect(runAtStake(stored)).toMatch(/now at SFT step 3. It stops and stays in Runs; you can continue it/);
    expect(leavingCosts(stored)).toMatch(/continue it from its last checkpoint, step 2 of SFT/);
    expect(leavingCosts({ ...stored, saved: null })).toMatch(/continue it from its last checkpoint\./);
    expect(leavingCosts({ ...stored, status: 'paused' })).toBeNull();
    expect([runAtStake({ ...stored, status: 'finished' }), leavingCosts({ ...stored, status: 'finished' })]).toEqual([
      null,
      null,
    ]);
    expect(leavingCosts(live(3))).toMatch(/will be lost/);
  });

  it('continues if the user answers no, and ends if the user answers yes', async () => {
    lab.setState(live(3));
    const refused = startTraining();
    await asked();
    expect(question()?.reasons).toEqual([expect.stringContaining('now at SFT step 3')]);
    answer(false);
    await refused;
    expect([question(), lab.getState().run.sft.length, lab.getState().started]).toEqual([null, 3, null]);
    const taken = startTraining();
    await asked();
    answer(true);
    await taken;
    expect([lab.getState().run.sft.length, lab.getState().started?.name]).toEqual([0, 'parity-12']);
  });
});

describe('memory', () => {
  it('raises a question above a share of the reported RAM', async () => {
    expect(memoryShare(4).bytes).toBe(2 * GIB);
    expect(memoryShare(32).bytes).toBe(4 * GIB);
    expect(memoryShare(undefined).bytes).toBe(2 * GIB);
    lab.setState({ memory: peak(5.6) });
    const refused = startTraining();
    await asked();
    expect(question()?.reasons).toEqual([expect.stringMatching(/about 5734 MiB of memory, more than .*GiB/)]);
    answer(false);
    await refused;
    expect(lab.getState().source).toBe('replay');
  });

  it('is that of the current draft when training starts', async () => {
    let reply: (memory: MemoryEstimate) => void = () => {};
    lab.setState({ adapter: { kind: 'webgpu', name: 'any' } });
    const end = followDraft(
      () =>
        new Promise((resolve) => {
          reply = resolve;
        }),
    );
    editDraft('grpo.prompts', 64);
    const memory = draftMemory();
    reply(peak(3));
    expect(await memory).toEqual(peak(3));
    end();
  });
});

describe('a draft that cannot run', () => {
  const started = () => [lab.getState().source, question()];

  it('has a faulty program of a custom term with a weight: training waits for the check', async () => {
    const end = followProgram(async (source) => (source === 'bad(' ? 'line 1, column 5: it ends' : null));
    editDraft('reward.customSource', 'bad(');
    await vi.waitFor(() =>
      expect(lab.getState().checked).toEqual({ source: 'bad(', fault: 'line 1, column 5: it ends' }),
    );
    expect(heldBack(lab.getState())).toBeNull();
    editDraft('reward.custom', 0.5);
    expect(heldBack(lab.getState())).toEqual({ paths: ['reward.customSource'], memory: null });
    await startTraining();
    expect(started()).toEqual(['replay', null]);
    lab.setState({ checked: null });
    await startTraining();
    expect(started()).toEqual(['replay', null]);
    editDraft('reward.customSource', '() => 1');
    await vi.waitFor(() => expect(heldBack(lab.getState())).toBeNull());
    await startTraining();
    expect(lab.getState().started?.reward.customSource).toBe('() => 1');
    end();
  });

  it('does not fit the device', async () => {
    lab.setState({ adapter: { kind: 'webgpu', name: 'any' } });
    const end = followDraft(() => Promise.reject(new Error('width 9999 is too large')));
    await vi.waitFor(() => expect(lab.getState().memory).toEqual({ refused: 'width 9999 is too large' }));
    expect(heldBack(lab.getState())).toEqual({ paths: [], memory: 'width 9999 is too large' });
    await startTraining();
    expect(started()).toEqual(['replay', null]);
    end();
  });
});

describe('on the CPU', () => {
  it('the small recipe trains as it is; the draft and its changes stay', async () => {
    editDraft('sft.steps', 3);
    await trainSmall();
    expect([lab.getState().started, question()]).toEqual([recipeByName(SMALL_RECIPE), null]);
    expect([lab.getState().draft.name, lab.getState().draft.sft.steps]).toEqual(['parity-12', 3]);
  });

  it('the draft trains with its changes, and asks first if it takes over 30 minutes on a typical CPU', async () => {
    lab.setState({ compute: 'cpu', memory: { ...peak(0.1), size: { weights: 1e5, longest: 50 } } });
    editDraft('sft.steps', 3);
    editDraft('grpo.steps', 1);
    await startTraining();
    expect([lab.getState().started?.sft.steps, question()]).toEqual([3, null]);
    editDraft('grpo.steps', 100_000);
    const refused = startTraining();
    await asked();
    expect(question()?.reasons.at(-1)).toMatch(/^It takes about \d+ h .* on this device/);
    answer(false);
    await refused;
    expect(lab.getState().started?.grpo.steps).toBe(1);
  });

  it('a live run raises a question first', async () => {
    lab.setState(live(3));
    const refused = trainSmall();
    await asked();
    expect(question()?.reasons).toEqual([expect.stringContaining('now at SFT step 3')]);
    answer(false);
    await refused;
    expect(lab.getState().run.sft).toHaveLength(3);
    const taken = trainSmall();
    await asked();
    answer(true);
    await taken;
    expect([lab.getState().started?.name, lab.getState().draft.name]).toEqual([SMALL_RECIPE, 'parity-12']);
  });
});
