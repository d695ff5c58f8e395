/** Files that a stored run can be exported as. One record each. */
import { stepsOf, storedVocabulary } from '../lab/play/storedSteps';
import { metricsCsv } from '../lab/stored/metricsCsv';
import { exportedSteps } from '../lab/traces/exported';
import { indexedRollout, partsOf } from '../lab/traces/indexed';
import { listed, quote } from '../quote';
import { type CheckpointInfo, listCheckpoints, verifyCheckpoint } from '../runs/checkpoints';
import { type Content, type Files, faultText, messageOf } from '../runs/files';
import { Journal } from '../runs/journal';
import { joinPath } from '../runs/paths';
import { exportModel, exportRun } from '../runs/zip';

interface RunExport {
  /** End of the file's name. */
  readonly ending: string;
  content(folder: Files, checkpoint: string | null): Promise<Content>;
}

/** All rollouts of a run, in parts. @throws if it has none, or naming a damaged line */
async function rollouts(folder: Files, kind: 'jsonl' | 'csv'): Promise<Content> {
  const journal = await Journal.open(folder);
  const terms = new Set<string>();
  let steps = 0;
  for await (const { groups } of stepsOf(journal, partsOf)) {
    steps++;
    for (const { rollouts } of groups) for (const parts of rollouts) for (const { name } of parts) terms.add(name);
  }
  if (steps === 0) throw new Error(`${folder.where} has no rollouts yet: it has not come to GRPO`);
  return exportedSteps(kind, stepsOf(journal, indexedRollout(await storedVocabulary(journal))), [...terms]);
}

/** The newest checkpoint whose files are whole, or the named one. @throws naming what is missing or damaged */
async function goodCheckpoint(folder: Files, name: string | null): Promise<CheckpointInfo> {
  const { checkpoints, faults } = await listCheckpoints(folder);
  const found = faults.map(faultText);
  for (const checkpoint of checkpoints) {
    if (name !== null && checkpoint.name !== name) continue;
    try {
      await verifyCheckpoint(folder, checkpoint);
      return checkpoint;
    } catch (error) {
      found.push(messageOf(error));
    }
  }
  const missing = name === null ? 'it has no good checkpoint' : `it has no good checkpoint ${quote(name)}`;
  throw new Error(`${folder.where}: ${missing}${found.length > 0 ? `: ${listed(found)}` : ''}`);
}

async function model(folder: Files, name: string | null): Promise<Content> {
  const checkpoint = await goodCheckpoint(folder, name);
  const config = joinPath(checkpoint.folder, 'config.json');
  if ((await folder.size(config)) === null)
    throw new Error(`${folder.where}: ${config} is missing; an earlier version wrote this checkpoint`);
  return exportModel(folder, checkpoint.folder);
}

const runExports = {
  zip: { ending: '.zip', content: async (folder) => exportRun(folder) },
  'rollouts-jsonl': { ending: '-rollouts.jsonl', content: (folder) => rollouts(folder, 'jsonl') },
  'rollouts-csv': { ending: '-rollouts.csv', content: (folder) => rollouts(folder, 'csv') },
  metrics: {
    ending: '-metrics.csv',
    content: async (folder) => new TextEncoder().encode(await metricsCsv(folder)),
  },
  model: { ending: '-model.zip', content: model },
} satisfies Readonly<Record<string, RunExport>>;

export type ExportKind = keyof typeof runExports;

export async function exportAs(
  folder: Files,
  kind: ExportKind,
  checkpoint: string | null,
): Promise<{ readonly ending: string; readonly content: Content }> {
  const { ending, content }: RunExport = runExports[kind];
  return { ending, content: await content(folder, checkpoint) };
}
