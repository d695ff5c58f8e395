/**
 * Runs: each is a folder of standard files, the same in the browser's private files and on disk.
 *
 * ```ts
 * const files = nodeFiles(folder);                       // or privateFiles(handle), from their own modules
 * const { owner, holder } = await ownership.claim(name); // nodeOwnership(runs) or webOwnership(…): one writer
 * const run = await RunFolder.create(files, recipe, newMeta({ labVersion, adapter }));
 * run.journal.append(numbersToText(event), markOf('grpo', step)); // typed arrays keep each bit
 * await run.journal.flush();                             // at each step boundary
 * await run.save(checkpoint, { isStageEnd, accuracy });  // whole or not at all; thins older ones
 * await run.finish(summary);                             // or run.close() when it stops
 * ```
 *
 * To resume: `RunFolder.open(files)`, print `run.faults`, `newestGood(files)`, `run.rewind(info)`, then continue from
 * the checkpoint. `run.journal.find(markOf('grpo', 3))` and `journal.event(n)` read an early step back.
 */
export {
  type CheckpointInfo,
  checkpointName,
  listCheckpoints,
  newestGood,
  readCheckpoint,
  type StoredCheckpoint,
  verifyCheckpoint,
} from './checkpoints';
export { bytesIn, type Fault, type Files, faultText, filesWithin, StorageFullError } from './files';
export { type Journal, markOf, type StoredEvent } from './journal';
export { listRuns, type RunInfo, type RunState } from './list';
export { newMeta, type RunMeta } from './meta';
export { numbersFromText, numbersToText } from './numbers';
export { type Claim, type Holder, type Owner, type Ownership, webOwnership } from './owner';
export { privateFiles } from './privateFiles';
export { applyRetention } from './retention';
export { RunFolder } from './runFolder';
export { exportRun, importRun, zipOfBlob, zipOfFile } from './zip';
