/** A recording, which is a file with the events of a run, one per line, becomes a stored run. Every line is checked. */
import { type Files, filesWithin } from '../../runs/files';
import type { RunFolder } from '../../runs/runFolder';
import { EventReader } from '../run/eventReader';
import { eventToLine } from '../run/events';
import { recordedLines } from '../run/recordedLines';
import { eventMark } from './changes';
import { createStored } from './forked';

/** Events that are written together. */
const TOGETHER = 32;

/**
 * Stores a recording as a run.
 * @param runs the folder of all runs
 * @param name folder of the new run, which must not exist
 * @param where name of the file, for messages
 * @throws naming the file, the line and its fault; nothing is left then
 */
export async function importRecording(runs: Files, name: string, recording: Blob, where: string): Promise<void> {
  const temporary = `.import-${name}`;
  await runs.remove(temporary);
  let run: RunFolder | null = null;
  let summary: unknown = null;
  let events = 0;
  try {
    const reader = new EventReader();
    for await (const line of recordedLines(recording, where)) {
      if (!run && /^\{"step":\d+,.*"completion":/.test(line.text))
        throw new Error(
          `${where} has exported rollouts, without a recipe; import the .zip or the events.jsonl of the run`,
        );
      const event = reader.read(line.text, line.where);
      if (event.type === 'start')
        run = await createStored(filesWithin(runs, temporary), event.recipe, { adapter: event.adapter });
      if (event.type === 'end') ({ summary } = event);
      run!.journal.append(eventToLine(event), eventMark(event));
      if (++events % TOGETHER === 0) await run!.journal.flush();
    }
    if (summary === null) await run!.close();
    else await run!.finish(summary);
    await runs.renameFolder(temporary, name);
  } catch (error) {
    await runs.remove(temporary).catch(() => {});
    throw error;
  }
}
