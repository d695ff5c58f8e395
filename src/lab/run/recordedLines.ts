/** Lines of a recording, which is a file with the events of a run, one per line. The file stays outside this thread's heap. */
import { utf8Text } from '../../json';
import { EVENTS } from '../../runs/journal';
import { linesOfFile } from '../../runs/lines';
import { recordingFiles } from '../../runs/recordingFiles';

/** Place of a line in the recording. */
export interface RecordedPlace {
  /** First byte, and the first one after the line and its end. */
  readonly start: number;
  readonly end: number;
  /** Name of the recording and number of the line, for messages. */
  readonly where: string;
}

export interface RecordedLine extends RecordedPlace {
  readonly text: string;
}

/** Lines in order, without empty ones. @throws naming a line that is not UTF-8, or the recording if it has no line */
export async function* recordedLines(recording: Blob, name: string): AsyncGenerator<RecordedLine, void> {
  let n = 0;
  let isEmpty = true;
  for await (const { bytes, start, end } of linesOfFile(recordingFiles(name, recording), EVENTS)) {
    const where = `${name}: line ${++n}`;
    const text = utf8Text(bytes, where).trim();
    if (text === '') continue;
    isEmpty = false;
    yield { text, start, end, where };
  }
  if (isEmpty) throw new Error(`${name} is empty; use a file with the events of a run, one per line`);
}

/** Text of a line again. */
export async function recordedText(recording: Blob, { start, end, where }: RecordedPlace): Promise<string> {
  return utf8Text(new Uint8Array(await recording.slice(start, end).arrayBuffer()), where).trim();
}
