/** Messages to the page about the checkpoints of a run. */
import type { Start } from '../lab/stored/reopen';
import type { CheckpointInfo } from '../runs/checkpoints';
import type { RunFolder } from '../runs/runFolder';
import type { Place, RunMessage } from './protocol';

const placeOf = ({ stage, step }: CheckpointInfo): Place => ({ stage, step });

type Checkpoints = Pick<RunFolder, 'checkpoints'>;

const storedIn = async (folder: Checkpoints): Promise<Place[]> => (await folder.checkpoints()).map(placeOf).reverse();

/** Message about a saved checkpoint, with those that retention left. */
export const savedMessage = async (info: CheckpointInfo, folder: Checkpoints): Promise<RunMessage> => ({
  type: 'saved',
  place: placeOf(info),
  stored: await storedIn(folder),
});

/** Message about the checkpoints of a run that is opened to read it. */
export const checkpointsMessage = async (folder: Checkpoints): Promise<RunMessage> => ({
  type: 'checkpoints',
  stored: await storedIn(folder),
});

/** Messages about the checkpoint from which a run continues: its place, and a change of the device. */
export async function aboutStart({ from, folder }: Pick<Start, 'from' | 'folder'>, device: string) {
  if (!from) return [];
  const before = from.checkpoint.state.adapter;
  const saved = await savedMessage(from.info, folder);
  const notice: RunMessage = { type: 'notice', notice: { code: 'other-device', before, now: device } };
  return before === device ? [saved] : [saved, notice];
}
