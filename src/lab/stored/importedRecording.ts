/** A recording, which is a file with the events of a run, one per line, becomes a stored run. Every line is checked. */
import { utf8Text } from '../../json';
import { type Files, filesWithin } from '../../runs/files';
import { EVENTS } from '../../runs/journal';
import { linesOfFile } from '../../runs/lines';
import { recordingFiles } from '../../runs/recordingFiles';
import type { RunFolder } from '../../runs/runFolder';
import { EventReader } from '../run/eventReader';
import { eventToLine, type LabEvent } from '../run/events';
import { eventMark } from './changes';
import { createStored } from './forked';

/** Events that are written together. */
const TOGETHER = 32;

/** Events of a recording with their places. @throws naming the line and its fault */
async function* eventsOf(recording: Blob, where: string): AsyncGenerator<LabEvent> {
  const reader = new EventReader();
  let n = 0;
  for await (const { bytes } of linesOfFile(recordingFiles(where, recording), EVENTS)) {
    const place = `${where}: line ${++n}`;
    const text = utf8Text(bytes, place).trim();
    if (text !== '') yield reader.read(text, place);
  }
}

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
    for await (const event of eventsOf(recording, where)) {
      if (event.type === 'start')
        run = await createStored(filesWithin(runs, temporary), event.recipe, { adapter: event.adapter });
      if (event.type === 'end') ({ summary } = event);
      run!.journal.append(eventToLine(event), eventMark(event));
      if (++events % TOGETHER === 0) await run!.journal.flush();
    }
    if (!run) throw new Error(`${where} is empty; use a file with the events of a run, one per line`);
    if (summary === null) await run.close();
    else await run.finish(summary);
    await runs.renameFolder(temporary, name);
  } catch (error) {
    await runs.remove(temporary).catch(() => {});
    throw error;
  }
}
