/** `meta.json`: what a person or the lab notes about a run. */
import { z } from 'zod';

/** A person's note on one rollout, by its place: group and rollout count from 0. */
const traceNote = z.strictObject({
  step: z.int().min(1),
  group: z.int().min(0),
  rollout: z.int().min(0),
  tags: z.array(z.string().min(1).max(60)).max(20),
  note: z.string().max(10_000),
});
export type TraceNote = z.infer<typeof traceNote>;

export const metaSchema = z.strictObject({
  title: z.string().max(200),
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .nullable(),
  tags: z.array(z.string().min(1).max(60)).max(50),
  notes: z.string().max(100_000),
  /** Run that this one was forked from, and the checkpoint. */
  parent: z
    .strictObject({ run: z.string().min(1).max(1000), stage: z.string().min(1).max(32), step: z.int().min(0) })
    .nullable(),
  labVersion: z.string().min(1).max(60),
  adapter: z.string().max(300),
  created: z.iso.datetime(),
  /** Size of the folder when this file was written. */
  bytes: z.int().min(0),
  /** Names of checkpoints that retention keeps. */
  pinned: z.array(z.string().min(1).max(60)).max(100),
  traces: z.array(traceNote).max(5000).exactOptional(),
  /** Events that a continued run repeats, although its journal was cut off before them. */
  repeats: z.array(z.unknown()).max(10_000).exactOptional(),
});

export type RunMeta = z.infer<typeof metaSchema>;

/** Meta of a new run. */
export const newMeta = (given: Pick<RunMeta, 'labVersion' | 'adapter'> & Partial<RunMeta>): RunMeta => ({
  ...{ title: '', colour: null, tags: [], notes: '', parent: null, bytes: 0, pinned: [] },
  created: new Date().toISOString(),
  ...given,
});
