/** Section of a recipe for checkpoints, from which a stopped run continues. They change no number of the run. */
import { integer, section } from '../fields';

export const checkpointsSection = section(
  'Checkpoints',
  'Saved states from which a stopped run continues to the bit. A reload, a crash or a lost GPU costs only the steps since the last one. They change no result.',
  {
    everySteps: integer(
      'Every steps',
      'Training steps between two checkpoints; 0 for none by steps. Each takes a moment and storage. The end of each stage and a pause always have one.',
      0,
      0,
      100_000,
    ),
    everySeconds: integer(
      'Every seconds',
      'Seconds between two checkpoints: the most that a crash loses. 0 for none by time. 60 suits most runs.',
      60,
      0,
      86_400,
    ),
  },
);
