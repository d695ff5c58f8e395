/** The first tensor of a step that is not finite, by Hugging Face's name, on every device. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDevices } from '../gpu/bothDevices.fixture';
import { openCountingDevice } from '../gpu/counting';
import type { Device, Dispatch } from '../gpu/device';
import { loadWeights, openModel as openWeights, withGradients, withReference } from '../model/model';
import { initialTensors, type Tensors } from '../model/parameters';
import { firstNonFiniteOf, isBackward } from './firstNonFinite';
import { type FaultyTensor, tensorText } from './nonFiniteError';
import { PolicyTrainer } from './policy';
import { SupervisedTrainer } from './supervised';
import { config, examples, lossOptions, openAdamW, policyExamples, table } from './train.fixture';

type Change = (tensors: Tensors) => void;
const DOWN = 'model.layers.1.mlp.down_proj';
const fill =
  (name: string, value: number): Change =>
  (tensors) =>
    tensors.get(`${name}.weight`)!.data.fill(value);

describe.each(bothDevices)('on %s', (_, open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  async function openChanged(change: Change = () => {}, changeReference: Change = () => {}) {
    const model = withReference(withGradients(openWeights(device, config)));
    const [weights, reference] = [initialTensors(table, 0.3, 1), initialTensors(table, 0.3, 2)];
    change(weights);
    changeReference(reference);
    loadWeights(model, weights);
    model.reference.load(reference);
    const optimizer = await openAdamW(device, model);
    const capacity = { tokens: 8, longest: 8 }; // one example per pass
    const supervised = await SupervisedTrainer.create(model, optimizer, capacity);
    const policy = await PolicyTrainer.create(model, optimizer, capacity, lossOptions, 0.9);
    return { model, supervised, policy };
  }

  const expectFault = (fault: FaultyTensor | null, kind: FaultyTensor['kind'], name: string) => {
    expect(fault && { ...fault, value: Number.isFinite(fault.value) }).toEqual({ kind, name, value: false });
  };

  it('a healthy step has none', async () => {
    const { model, supervised, policy } = await openChanged();
    expect(await supervised.firstNonFinite(examples)).toBeNull();
    expect(await policy.firstNonFinite(policyExamples(null), 0.01)).toBeNull();
    expect(await firstNonFiniteOf(model, [1, 5, 9])).toBeNull();
  });

  it.each<[FaultyTensor['kind'], string, Change]>([
    ['weight', `${DOWN}.weight[3]`, (tensors) => tensors.get(`${DOWN}.weight`)!.data.fill(Number.NaN, 3, 4)],
    ['activation', 'model.layers.0.mlp.gate_up_proj', fill('model.layers.0.mlp.gate_up_proj', 3e38)],
    ['activation', 'model.layers.0.self_attn.qkv_proj', fill('model.layers.0.self_attn.qkv_proj', 3e38)],
    [
      ...(['activation', 'lm_head'] as const),
      (tensors) => {
        fill('model.norm', 1e30)(tensors);
        const { data } = tensors.get('model.embed_tokens.weight')!;
        for (let i = 0; i < data.length; i++) data[i]! *= 1e10;
      },
    ],
  ])('in the %s %s', async (kind, name, change) => {
    const { model, supervised, policy } = await openChanged(change);
    for (const fault of [
      await supervised.firstNonFinite(examples),
      await policy.firstNonFinite(policyExamples(null), 0.01),
      await firstNonFiniteOf(model, [1, 5, 9]),
    ])
      expectFault(fault, kind, name);
  });

  it('in the reference, a loss and a gradient', async () => {
    const far = await openChanged(fill('model.norm', -3e4), fill('model.norm', 3e4));
    const embedding = 'model.embed_tokens.weight'; // the KL itself is held at e^88
    expectFault(await far.policy.firstNonFinite(policyExamples(null), 0.01), 'gradient', embedding);
    const lost = policyExamples(null).map((example) => ({ ...example, advantage: Number.NaN }));
    expectFault(await (await openChanged()).policy.firstNonFinite(lost, 0), 'loss', 'loss of a token');
    const broken = await openChanged(undefined, fill('model.layers.0.mlp.gate_up_proj', 3e38));
    const reference = 'the reference: model.layers.0.mlp.gate_up_proj';
    expectFault(await broken.policy.firstNonFinite(policyExamples(null), 0), 'activation', reference);
  });

  it('in the norm alone, the largest gradient', async () => {
    const { policy } = await openChanged();
    const steep = policyExamples(null).map((example) => ({ ...example, advantage: 1e24 }));
    const fault = await policy.firstNonFinite(steep, 0);
    expect(fault!.kind).toBe('gradient');
    expect(tensorText(fault!)).toMatch(/^the largest gradient is that of model\..*\.weight, with -?\d.*e\+2/);
  });
});

const labels: Dispatch[][] = [];
describe('a dispatch of the backward pass', () => {
  it.each([false, true])('has a label that says so, recompute %s', async (recompute) => {
    const device = openCountingDevice({ name: 'any', maxBindingBytes: 2 ** 31 }, (prepared) =>
      labels.push([...prepared]),
    );
    const model = withReference(withGradients(openWeights(device, config)));
    const optimizer = await openAdamW(device, model);
    labels.length = 0;
    await SupervisedTrainer.create(model, optimizer, { tokens: 64, longest: 8, recompute });
    await PolicyTrainer.create(model, optimizer, { tokens: 64, longest: 8, recompute }, lossOptions, 0.9);
    expect(labels).toHaveLength(2);
    for (const dispatches of labels) {
      const backward = dispatches.filter(isBackward).map(({ label }) => label);
      const forward = dispatches.filter((dispatch) => !isBackward(dispatch)).map(({ label }) => label);
      // a dispatch with a gradient of weights runs backward; the forward pass ends in a loss
      const writes = ({ bindings, kernel }: Dispatch) =>
        Object.entries(bindings).some(
          ([name, { buffer }]) => buffer.label === 'gradients' && kernel.bindings[name]!.access !== 'read',
        );
      for (const dispatch of dispatches.filter(writes)) expect(backward).toContain(dispatch.label);
      expect(new Set(forward.map((label) => label.replace(/\d+/g, '#')))).toEqual(
        new Set([
          ...['embedding', '# qkv norm', '# qkv', 'rope', 'attention', '# o', '# gate up norm', '# gate up', 'swiglu'],
          ...['# down', 'final norm', 'logits #'],
          ...(dispatches === labels[0] ? ['cross-entropy #'] : ['token log-probabilities #', 'policy loss']),
        ]),
      );
    }
  });
});
