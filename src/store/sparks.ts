/** Small curves of the listed runs. Each is read again when its run has grown. */
import { createStore } from 'zustand/vanilla';
import type { Sparks } from '../lab/stored/history';
import { library } from './library';

interface ReadSparks extends Sparks {
  /** Size of the run when they were read, bytes. */
  readonly bytes: number;
}

export const sparks = createStore<Readonly<Record<string, ReadSparks>>>(() => ({}));

const reading = new Set<string>();

/** Reads the curves of a run, unless they are known or being read. A run that cannot be read has none. */
export async function readSparks(run: string, bytes: number): Promise<void> {
  if (reading.has(run) || sparks.getState()[run]?.bytes === bytes) return;
  reading.add(run);
  try {
    const found = await library((commands) => commands.sparks(run));
    sparks.setState({ [run]: { ...found, bytes } });
  } catch {
    sparks.setState({ [run]: { reward: [], accuracy: [], bytes } }); // the list has the fault
  } finally {
    reading.delete(run);
  }
}
