/** Models of `sample`: folders, runs and checkpoints, and `RUN@base` for the weights before training. */
import { type PlayModel, storedModel } from '../lab/play/models';
import { nodeFiles } from '../runs/nodeFiles';
import { readTrainedModel } from './evaluation';
import { InputError, inputAsync } from './input';
import { isStoredRun, runAndCheckpoint } from './runPlace';

/** Columns side by side. */
const MOST_MODELS = 3;

/** Reads a model. Without the name of a checkpoint, a run gives its newest good one. */
async function playModel(given: string): Promise<PlayModel> {
  const { run, checkpoint } = runAndCheckpoint(given);
  if (checkpoint !== null && isStoredRun(run)) return inputAsync(() => storedModel(nodeFiles(run), checkpoint));
  return readTrainedModel(given);
}

/** Reads the models of `--model`. @throws InputError naming the place and the fault */
export async function readPlayModels(given: readonly string[]): Promise<PlayModel[]> {
  if (given.length > MOST_MODELS)
    throw new InputError(`--model: ${given.length} models are given; sample takes at most ${MOST_MODELS}`);
  const models: PlayModel[] = [];
  for (const place of given) models.push(await playModel(place));
  return models;
}
