/** `probe`: single computations from JSON to JSON, for comparison with other code. */
import { excerpt } from '../../quote';
import { ADAPTER } from '../adapter';
import { command, type Given, type Options } from '../command';
import { MODEL_VALUE } from '../evaluation';
import { checkWritable, writeFile } from '../files';
import { InputError, readAnyModel, readJson } from '../input';
import { modelPlace } from '../modelPlace';
import { didYouMean } from '../nearest';
import { probes } from '../probes';

const NAMES = probes.map(({ name }) => name);

const options = {
  in: { type: 'string', value: 'FILE', required: true, help: 'input in JSON' },
  out: { type: 'string', value: 'FILE', required: true, help: 'result in JSON' },
  model: {
    type: 'string',
    value: MODEL_VALUE,
    help: 'model of any vocabulary, or a run or its checkpoint, for step, grpo-step and sample',
  },
  reference: {
    type: 'string',
    value: MODEL_VALUE,
    help: 'reference model of grpo-step (default: the model)',
  },
  adapter: ADAPTER,
} as const satisfies Options;

async function work(given: Given<typeof options>, operands: readonly string[]): Promise<void> {
  const what = operands.join(' ') || 'nothing';
  const probe = probes.find(({ name }) => name === what);
  if (!probe)
    throw new InputError(
      `probe: ${excerpt(what)} is unknown; use one of ${NAMES.join(', ')}${didYouMean(operands[0] ?? '', NAMES)}`,
    );
  const { in: file, out, model: folder, reference: referenceFolder, adapter } = given;
  const json = readJson(file);
  if (probe.needsModel && !folder) throw new InputError(`--model is missing: probe ${what} needs a model folder`);
  if (referenceFolder !== undefined && !probe.takesReference)
    throw new InputError(
      `--reference: probe ${what} takes none; use it with ${probes.flatMap((one) => (one.takesReference ? [one.name] : [])).join(', ')}`,
    );
  const place = folder === undefined ? null : await modelPlace(folder);
  const model = probe.needsModel && place ? readAnyModel(place.folder) : null;
  const many = Array.isArray(json);
  const compute = probe.prepare(
    many ? json.map((value: unknown, i) => [value, `${file}[${i}]`] as const) : [[json, file]],
  );
  const other = referenceFolder === undefined ? null : await modelPlace(referenceFolder);
  checkWritable(out, { files: [file], folders: [place, other].flatMap((one) => one?.folders ?? []) });
  const reference = other && { folder: other.given, tensors: readAnyModel(other.folder).tensors };
  const results = await compute({ file, adapter, reference }, model);
  writeFile(out, `${JSON.stringify(many ? results : results[0])}\n`);
}

export const probe = command({
  name: 'probe',
  summary: 'Computes a single step, sample, reward or loss from JSON, for comparison with other code',
  examples: [
    'probe grpo-step --model runs/a --reference runs/sft --in in.json --out out.json',
    'probe step --model src/model/goldens/llama-gqa-headdim-tied --in in.json --out out.json',
  ],
  notes: [
    "The input is one object or an array of them. `reward` takes every constant, `weights` and `custom_source` ([docs/rewards.md](rewards.md)); `policy-loss` takes the options by TRL's names ([docs/grpo.md](grpo.md)), and `grpo-step` takes these options as well ([docs/grpo.md](grpo.md#recompute-a-step)).",
  ],
  operands: { usage: NAMES.join('|'), help: 'computation; the input is one object or an array of them' },
  options,
  run: work,
});
