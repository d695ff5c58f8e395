/** Section of a recipe for checkpoints, from which a stopped run continues. They change no number of the run. */
import { integer, section, withoutForm } from '../fields';

/** Without a form until the page stores checkpoints: there the fields would change nothing. */
export const checkpointsSection = withoutForm(
  section('Checkpoints', 'Saved states from which a stopped run continues to the bit.', {
    everySteps: integer(
      'Every steps',
      'Training steps between two checkpoints; 0 for none by steps. The end of each stage always has one.',
      0,
      0,
      100_000,
    ),
    everySeconds: integer(
      'Every seconds',
      'Seconds between two checkpoints: the most that a crash loses. 0 for none by time.',
      60,
      0,
      86_400,
    ),
  }),
);
