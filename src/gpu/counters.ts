/** Counters of a device: what it has made and moved. Tests hold differences of these exactly. */

/** Totals since the device was opened, except where a field says otherwise. */
export interface Counters {
  buffers: number;
  bytesAllocated: number;
  /** Bytes of the buffers that are alive now; uniforms and staging buffers included. */
  bytesLive: number;
  /** Largest `bytesLive` since `forgetPeak`. */
  bytesPeak: number;
  bindGroups: number;
  pipelines: number;
  /** Pipelines that have finished compiling. */
  pipelinesReady: number;
  submits: number;
  dispatches: number;
  readbacks: number;
  bytesWritten: number;
  bytesRead: number;
}

export const noCounts = (): Counters => ({
  buffers: 0,
  bytesAllocated: 0,
  bytesLive: 0,
  bytesPeak: 0,
  bindGroups: 0,
  pipelines: 0,
  pipelinesReady: 0,
  submits: 0,
  dispatches: 0,
  readbacks: 0,
  bytesWritten: 0,
  bytesRead: 0,
});

/** Counts a new buffer. The returned function counts its end; more calls of it change nothing. */
export function countBuffer(counters: Counters, bytes: number): () => void {
  counters.buffers++;
  counters.bytesAllocated += bytes;
  counters.bytesLive += bytes;
  counters.bytesPeak = Math.max(counters.bytesPeak, counters.bytesLive);
  let alive = true;
  return () => {
    if (alive) counters.bytesLive -= bytes;
    alive = false;
  };
}
