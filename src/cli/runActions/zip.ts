/** `runs export` and `runs import`: a run as one zip file, in parts. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { faultText } from '../../runs/files';
import { nodeFiles } from '../../runs/nodeFiles';
import { nodeOwnership } from '../../runs/nodeLock';
import { mebibytes } from '../../units';
import { readFault, shownPath } from '../fileFault';
import { checkWritable, makeFolder } from '../files';
import { InputError, inputAsync } from '../input';
import { print } from '../output';
import { checkStoredRun } from '../runPlace';
import type { RunAction } from './action';

/** The folder of a file or a run, and its name in it. */
const within = (place: string) => ({ parent: path.dirname(path.resolve(place)), name: path.basename(place) });

export const exported: RunAction = {
  name: 'export',
  operands: ['DIR'],
  writes: true,
  async run([run = ''], { out = '' }) {
    checkStoredRun(run, 'runs export');
    checkWritable(out, { folders: [run] });
    const holder = await nodeOwnership(run).holderOf('');
    if (holder) console.error(`note: ${holder.who} writes this run; the zip has it up to now`);
    const { exportRun } = await import('../../runs/zip');
    const { parent, name } = within(out);
    const files = nodeFiles(parent);
    await files.write(name, exportRun(nodeFiles(run)));
    print(`${shownPath(out)}: ${mebibytes((await files.size(name)) ?? 0)}`);
  },
};

export const imported: RunAction = {
  name: 'import',
  operands: ['FILE.zip'],
  writes: true,
  async run([zip = ''], { out = '' }) {
    if (!existsSync(zip)) throw new InputError(readFault({ code: 'ENOENT' }, zip));
    const { parent, name } = within(out);
    const source = within(zip);
    makeFolder(parent);
    const { importRun, zipOfFile } = await import('../../runs/zip');
    const faults = await inputAsync(async () =>
      importRun(nodeFiles(parent), name, await zipOfFile(nodeFiles(source.parent), source.name)),
    );
    for (const fault of faults) console.error(`damaged: ${faultText(fault)}`);
    print(`${shownPath(out)}: imported`);
  },
};
