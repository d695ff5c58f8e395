/** A recording as the folder of a run that has only its journal. A Blob keeps the text outside this thread's heap. */
import type { Files } from './files';
import { EVENTS } from './journal';

export interface RecordingFiles extends Files {
  /** Adds lines to the journal. */
  add(text: string): void;
}

/** @param where name of the recording, for messages */
export function recordingFiles(where: string, recording = new Blob()): RecordingFiles {
  let held = recording;
  const bytesOf = async (path: string, start?: number, end?: number) =>
    path === EVENTS ? new Uint8Array(await held.slice(start, end).arrayBuffer()) : null;
  const refuse = async (): Promise<never> => {
    throw new Error(`${where}: a recording cannot be changed; import it as a run`);
  };
  return {
    where,
    read: (path) => bytesOf(path),
    readRange: bytesOf,
    size: async (path) => (path === EVENTS ? held.size : null),
    list: async (folder) => (folder === '' ? [{ name: EVENTS, isFolder: false, bytes: held.size }] : []),
    ...{ write: refuse, append: refuse, remove: refuse, renameFolder: refuse },
    add(text) {
      held = new Blob([held, text]);
    },
  };
}
