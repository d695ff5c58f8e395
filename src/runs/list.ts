/** List of the runs in a folder, from their summaries and the last line of their journals: no journal is read whole. */
import { parseJsonFile } from '../json';
import { type CheckpointInfo, listCheckpoints } from './checkpoints';
import { bytesIn, type Fault, type Files, filesWithin } from './files';
import { lastEvent } from './journal';
import { faultFrom } from './manifest';
import { metaSchema, type RunMeta } from './meta';
import type { Holder } from './owner';
import { MANIFEST } from './paths';
import { META, RECIPE, SUMMARY } from './runFolder';

export type RunState = 'running' | 'stopped' | 'finished' | 'damaged';

export interface RunInfo {
  /** Name of the folder. */
  readonly name: string;
  readonly state: RunState;
  /** Who writes a running one. */
  readonly holder: Holder | null;
  readonly meta: RunMeta | null;
  /** Stage of the last training step, and its steps so far; null before the first. */
  readonly stage: string | null;
  readonly step: number | null;
  /** Sampled accuracy on held-out problems after the newest evaluation; null before one. */
  readonly heldOut: number | null;
  /** Accuracy of the last training step; null if the last event is none. */
  readonly accuracy: number | null;
  readonly reward: number | null;
  readonly bytes: number;
  /** The fault of a damaged one, or a cut-off last line. */
  readonly fault: Fault | null;
}

type Json = { readonly [key: string]: unknown } | null | undefined;
const inside = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((at, key) => (typeof at === 'object' ? (at as Json)?.[key] : undefined), value);
const numberIn = (value: unknown, ...keys: readonly string[]): number | null => {
  const found = inside(value, ...keys);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
};
/** The first number that is there. */
const first = (...numbers: readonly (number | null)[]): number | null => numbers.find((x) => x !== null) ?? null;

async function readJson(files: Files, file: string): Promise<{ value: unknown; fault: Fault | null }> {
  try {
    const bytes = await files.read(file);
    return { value: bytes && parseJsonFile(bytes, file), fault: null };
  } catch (error) {
    return { value: null, fault: faultFrom(error, file) };
  }
}

/** Type and value of the last event; null if there is none, or it is damaged. */
function readStep(text: string | null): { stage: string | null; value: unknown } {
  try {
    const value: unknown = text === null ? null : JSON.parse(text);
    const type = inside(value, 'type');
    return typeof type === 'string' ? { stage: type, value } : { stage: null, value: null };
  } catch {
    return { stage: null, value: null };
  }
}

/** Last training step: of the last event, or of the summary if GRPO has begun, or of the newest checkpoint. */
function lastStep(
  event: ReturnType<typeof readStep>,
  summary: unknown,
  newest: CheckpointInfo | undefined,
): Pick<RunInfo, 'stage' | 'step'> {
  if (event.stage === 'grpo' || event.stage === 'sft')
    return { stage: event.stage, step: numberIn(event.value, 'step') };
  const steps = numberIn(summary, 'grpo', 'steps');
  if (newest && !steps) return { stage: newest.stage, step: newest.step };
  return { stage: steps === null ? null : 'grpo', step: steps };
}

/** Row of one run. */
export async function runInfo(files: Files, name: string, holder: Holder | null): Promise<RunInfo> {
  const [recipe, meta, summary] = [
    await readJson(files, RECIPE),
    await readJson(files, META),
    await readJson(files, SUMMARY),
  ];
  const last = await lastEvent(files);
  const { checkpoints, faults } = await listCheckpoints(files);
  const [newest] = checkpoints;
  const event = readStep(last.text);
  const curve = inside(summary.value, 'grpo', 'curve');
  const point = Array.isArray(curve) ? curve.at(-1) : null;
  const parsed = metaSchema.safeParse(meta.value);
  const damage = recipe.fault ?? meta.fault ?? summary.fault ?? faults[0] ?? null;
  const state = damage
    ? 'damaged'
    : summary.value && inside(summary.value, 'stopped') === undefined
      ? 'finished'
      : 'stopped';
  return {
    ...{ name, holder, state: holder ? 'running' : state },
    meta: parsed.success ? parsed.data : null,
    ...lastStep(event, summary.value, newest),
    heldOut: first(numberIn(summary.value, 'grpo', 'sampled_accuracy'), newest?.accuracy ?? null),
    accuracy: first(numberIn(event.value, 'metrics', 'accuracy'), numberIn(point, 'accuracy')),
    reward: first(numberIn(event.value, 'metrics', 'reward'), numberIn(point, 'reward')),
    bytes: await bytesIn(files),
    fault: damage ?? last.fault,
  };
}

/** True for a folder with files of a run. */
async function isRun(files: Files): Promise<boolean> {
  const names = (await files.list('')).map(({ name }) => name);
  return names.includes(MANIFEST) || names.some((name) => name === RECIPE || name.startsWith('events.jsonl'));
}

/**
 * Rows of all runs in a folder, the newest first.
 * @param holderOf who writes a run, from `Ownership`
 */
export async function listRuns(
  files: Files,
  holderOf: (name: string) => Promise<Holder | null> = async () => null,
): Promise<RunInfo[]> {
  const runs: RunInfo[] = [];
  for (const { name, isFolder } of await files.list('')) {
    const inner = filesWithin(files, name);
    if (isFolder && !name.startsWith('.') && (await isRun(inner)))
      runs.push(await runInfo(inner, name, await holderOf(name)));
  }
  const created = ({ meta }: RunInfo) => meta?.created ?? '';
  return runs.sort((a, b) => (created(a) < created(b) ? 1 : created(a) > created(b) ? -1 : 0));
}
