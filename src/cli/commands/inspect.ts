/** `inspect`: every token of one stored rollout under the weights of a checkpoint, as JSON. */
import { inspectStored, openInspection } from '../../lab/stored/inspected';
import { nodeFiles } from '../../runs/nodeFiles';
import { RunFolder } from '../../runs/runFolder';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { InputError, inputAsync } from '../input';
import { print } from '../output';
import { checkStoredRun } from '../runPlace';

const place = (help: string) => ({ type: 'number', min: 0, max: 1e9, whole: true, initial: 0, help }) as const;

const options = {
  step: { ...place('GRPO step of the rollout, from 1'), initial: 1, min: 1 },
  group: place('group of the step, from 0'),
  rollout: place('rollout of the group, from 0'),
  checkpoint: {
    type: 'string',
    value: 'NAME',
    help: 'checkpoint with the current and reference weights, such as grpo-10 (default: the newest)',
  },
  adapter: ADAPTER,
} as const satisfies Options;

async function work(given: Given<typeof options>, operands: readonly string[]): Promise<void> {
  const [run, ...others] = operands;
  if (run === undefined || others.length > 0) throw new InputError('inspect takes one run; use: inspect RUN --step N');
  checkStoredRun(run, 'inspect');
  const { step, group, rollout, checkpoint = null, adapter } = given;
  const folder = await RunFolder.open(nodeFiles(run));
  const opened = await inputAsync(() => openInspection(folder, { step, group, rollout }, checkpoint));
  print(JSON.stringify(await withAdapter(adapter, (device) => inspectStored(device, opened))));
}

export const inspect = command({
  name: 'inspect',
  summary:
    'Prints every token of a stored rollout: log-probabilities, ratio, clip side, KL, entropy, top 5, gradient share',
  examples: ['inspect runs/parity --step 12 --group 0 --rollout 3 --checkpoint grpo-10'],
  notes: [
    'Prints one line of JSON. `weights` names the checkpoint and its step. `logprobs.sampler`, `logprobs.old` and `step` are the numbers of the journal, exact for the step of the rollout. The other numbers come from a forward pass with the weights of the checkpoint.',
    '`gradient` is the norm of the gradient of the loss with respect to the logits that predicted the token; `gradient_share` is its share in the sum over the completion.',
  ],
  operands: { usage: 'RUN', help: 'folder of a run' },
  options,
  run: work,
});
