/** Runs that continue from a checkpoint of every step, against the same runs without a stop: events and weights to the bit. */
import { expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { withFields } from '../recipe/recipe';
import { checkpointName } from './checkpoint';
import { expectContinues, expectSameTensors, runWhole, SMALLEST } from './continued.fixture';

const CURATION = {
  ...{ 'curation.select': 'band', 'curation.low': 0, 'curation.high': 1, 'curation.pool': 12 },
  ...{ 'curation.samples': 2, 'curation.refreshEvery': 1 },
};
const EVERY_OPTION = {
  ...{ 'grpo.updates': 2, 'grpo.beta': 0.1, 'grpo.referenceSync': 2, 'grpo.klRatio': true, 'grpo.topP': 0.9 },
  ...{ 'grpo.entropyTarget': 0.5, 'grpo.dynamicSampling': 'reward', 'grpo.samplerCorrection': 'sequence_truncate' },
  ...{ 'grpo.aggregation': 'normalize_then_sum', 'grpo.decay': 'linear', 'grpo.lossType': 'dapo' },
};
const MUON = { 'sft.optimizer': 'muon', 'grpo.optimizer': 'muon' };
const MIXTURES = {
  'data.clusters': [
    { task: 'parity', level: 8, problems: 3, epochs: 2 },
    { task: 'addition', level: 2, problems: 0, epochs: 0.01 },
  ],
  'data.rlClusters': [{ task: 'parity', level: 8, problems: 3, epochs: 1 }],
};

const ALL = ['sft-0', 'sft-1', 'sft-2', 'sft-3', 'sft-4', 'grpo-0', 'grpo-1', 'grpo-2', 'grpo-3'];

it.each<[string, Readonly<Record<string, unknown>>, boolean?]>([
  ['every stage', {}],
  ['f16', { precision: 'f16' }, true],
  ['more updates than one, with every option of GRPO', EVERY_OPTION],
  ['curation', CURATION],
  ['a custom reward', { 'reward.custom': 0.5, 'reward.customSource': '({ length }) => length / 8' }],
  [
    'curation with selections by answers',
    { ...CURATION, 'curation.refreshBy': 'answered', 'curation.refreshEvery': 2, 'grpo.steps': 4 },
  ],
  ['mixtures', MIXTURES],
  ['mixtures with curation', { ...MIXTURES, ...CURATION, 'data.rlClusters': MIXTURES['data.clusters'] }],
  ['Muon', MUON],
  ['the gate of SFT', { 'sft.gateEvery': 2, 'sft.gateAccuracy': 1 }],
  ['steered entropy', { 'grpo.entropyTarget': 10, 'grpo.gammaStep': 0.01, 'grpo.gammaMax': 1, 'grpo.updates': 2 }],
  ['tokens of highest entropy', { 'grpo.topEntropy': 0.5, 'evaluation.base': false }],
])('%s: continues from every checkpoint to the bit', async (_, fields, f16 = false) => {
  const recipe = withFields(SMALLEST, fields);
  const open = () => openCpuDevice({ f16 });
  const [plain, whole] = [await runWhole(open, recipe), await runWhole(open, recipe, { keep: () => true })];
  // checkpoints change nothing
  expect(whole.lines).toEqual(plain.lines);
  expectSameTensors(whole.weights, plain.weights);
  const names = whole.checkpoints.map(({ checkpoint }) => checkpointName(checkpoint));
  expect(names.slice(0, ALL.length)).toEqual(ALL);
  await expectContinues(open, recipe, whole);
});
