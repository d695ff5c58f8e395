/** `runs [DIR]`: the runs in a folder, or one run. */
import path from 'node:path';
import { markOf } from '../../runs/journal';
import { listRuns, type RunInfo, runInfo } from '../../runs/list';
import { nodeFiles } from '../../runs/nodeFiles';
import { nodeOwnership } from '../../runs/nodeLock';
import { mebibytes, percent } from '../../units';
import { table } from '../evaluation';
import { shownPath } from '../fileFault';
import { InputError } from '../input';
import { print } from '../output';
import { isFolder, isStoredRun } from '../runPlace';

const NONE = '–';

const stateOf = ({ state, holder, fault }: RunInfo): string =>
  state === 'running' ? `running (${holder!.who})` : state === 'damaged' ? `damaged (${fault!.file})` : state;

const titleOf = (meta: RunInfo['meta']): string => {
  const { title = '', parent = null } = meta ?? {};
  return parent ? `${title} (fork of ${parent.run}@${markOf(parent.stage, parent.step)})` : title;
};

const row = (info: RunInfo): string[] => {
  const { name, stage, step, accuracy, reward, bytes } = info;
  return [
    name,
    stateOf(info),
    stage === null ? NONE : `${stage.toUpperCase()} ${step ?? NONE}`,
    accuracy === null ? NONE : percent(accuracy),
    reward === null ? NONE : reward.toFixed(2),
    mebibytes(bytes),
  ];
};

/** Facts of a run for `--json`. */
const facts = ({ meta, ...info }: RunInfo) => {
  const { title = '', parent = null, created = null, adapter = null } = meta ?? {};
  return { ...info, title, parent, created, adapter };
};

/** Prints the runs in a folder. @throws InputError if there is no such folder */
export async function printRuns(folder: string, isJson: boolean): Promise<void> {
  if (!isFolder(folder))
    throw new InputError(`runs: there is no folder ${shownPath(folder)}; give the folder of your runs`);
  const { holderOf } = nodeOwnership(folder);
  const runs = isStoredRun(folder)
    ? [await runInfo(nodeFiles(folder), path.basename(path.resolve(folder)), await holderOf(''))]
    : await listRuns(nodeFiles(folder), holderOf);
  if (isJson) print(JSON.stringify(runs.map(facts)));
  else if (runs.length === 0) print(`${shownPath(folder)} holds no run`);
  else {
    const titles = ['title', ...runs.map(({ meta }) => titleOf(meta))];
    const lines = table([['run', 'state', 'step', 'accuracy', 'reward', 'size'], ...runs.map(row)]).split('\n');
    for (const [i, line] of lines.entries()) print(`${line}  ${titles[i]}`.trimEnd());
  }
}
