/** `runs verify DIR`: checks every file of a run. */
import { verifyCheckpoint } from '../../runs/checkpoints';
import { faultText, messageOf } from '../../runs/files';
import { nodeFiles } from '../../runs/nodeFiles';
import { RunFolder } from '../../runs/runFolder';
import { EXIT } from '../exitCodes';
import { shownPath } from '../fileFault';
import { print } from '../output';
import { checkStoredRun } from '../runPlace';
import { ExitError } from '../stopping';
import type { RunAction } from './action';

export const verified: RunAction = {
  name: 'verify',
  operands: ['DIR'],
  writes: false,
  async run([run = '']) {
    checkStoredRun(run, 'runs verify');
    const files = nodeFiles(run);
    const folder = await RunFolder.open(files);
    const found = folder.faults.map(faultText);
    const checkpoints = await folder.checkpoints();
    for (const info of checkpoints)
      await verifyCheckpoint(files, info).catch((error: unknown) => found.push(messageOf(error)));
    for (const line of found) print(line);
    const good = `${folder.journal.events} events and ${checkpoints.length} checkpoints`;
    if (found.length === 0) return print(`${shownPath(run)}: no damage in ${good}`);
    const count = `${found.length} ${found.length === 1 ? 'file is' : 'files are'} damaged`;
    throw new ExitError(EXIT.failed, `${shownPath(run)}: ${count}; train --resume uses the newest good checkpoint`);
  },
};
