/** Every experiment. To add one, write its file and add a line here. */
import { excerpt } from '../../quote';
import { e1 } from './e1';
import { e2 } from './e2';
import { e3 } from './e3';
import { e4 } from './e4';
import { e5 } from './e5';
import { e6 } from './e6';
import { e7 } from './e7';
import { e8 } from './e8';
import type { Experiment } from './experiment';
import { lessonsExperiment } from './lessons';

export const experiments: readonly Experiment[] = [e1, e2, e3, e4, e5, e6, e7, e8, lessonsExperiment];

/** Finds an experiment. @throws listing the known ids if there is none */
export function experimentById(id: string): Experiment {
  const experiment = experiments.find((candidate) => candidate.id === id);
  if (!experiment)
    throw new Error(`there is no experiment ${excerpt(id)}; use one of ${experiments.map((e) => e.id).join(', ')}`);
  return experiment;
}
