/** Models of the Playground: read from stored runs, made from a recipe, or read from a chosen folder. The last ones stay in memory. */
import { folderModel } from '../lab/play/folder';
import { type PlayModel, storedModel, untrainedModel } from '../lab/play/models';
import { parseRecipe } from '../lab/recipe/recipe';
import { storedRecipe } from '../lab/stored/continuation';
import { quote } from '../quote';
import { listCheckpoints } from '../runs/checkpoints';
import { type Files, faultText, filesWithin } from '../runs/files';
import { joinPath, MANIFEST } from '../runs/paths';
import { RunFolder } from '../runs/runFolder';
import type { ModelRef, OpenedFolder, PlayCheckpoint, RunModels } from './playProtocol';

/** Models in memory: those of the columns. */
const KEPT = 3;

/** Files of a folder picker, with paths inside the chosen folder. */
export const chosenFiles = (files: readonly File[]) =>
  files.map((file) => ({
    path: (file.webkitRelativePath || file.name)
      .split('/')
      .slice(file.webkitRelativePath ? 1 : 0)
      .join('/'),
    bytes: file.size,
    read: async () => new Uint8Array(await file.arrayBuffer()),
  }));

/** Text that changes with the content of a model. */
async function identityOf(ref: ModelRef, files: () => Promise<Files>): Promise<string> {
  if (ref.kind === 'untrained') return JSON.stringify(ref.recipe);
  if (ref.kind === 'folder')
    return [
      ref.name,
      ...ref.files.map((file) => `${file.webkitRelativePath} ${file.size} ${file.lastModified}`),
    ].join();
  const run = filesWithin(await files(), ref.run);
  const info = (await listCheckpoints(run)).checkpoints.find(({ name }) => name === ref.checkpoint);
  // the manifest has the sum of each file
  const manifest = info ? await run.read(joinPath(info.folder, MANIFEST)) : await run.read('recipe.json');
  return `${ref.run}@${ref.checkpoint} ${manifest ? new TextDecoder().decode(manifest) : ''}`;
}

export class PlayModels {
  /** Models by their identity, the last used at the end. */
  private readonly kept = new Map<string, PlayModel>();

  /** @param files opens the folder of all runs */
  constructor(private readonly files: () => Promise<Files>) {}

  /** Reads a model, unless it is in memory. @throws naming the run or folder, the file and its fault */
  async model(ref: ModelRef): Promise<PlayModel> {
    const identity = await identityOf(ref, this.files);
    const model = this.kept.get(identity) ?? (await this.read(ref));
    this.kept.delete(identity);
    this.kept.set(identity, model);
    for (const oldest of [...this.kept.keys()].slice(0, -KEPT)) this.kept.delete(oldest);
    return model;
  }

  private async read(ref: ModelRef): Promise<PlayModel> {
    if (ref.kind === 'untrained') return untrainedModel(parseRecipe(ref.recipe));
    if (ref.kind === 'folder') return folderModel(ref.name, chosenFiles(ref.files));
    return storedModel(filesWithin(await this.files(), ref.run), ref.checkpoint);
  }

  async folder(name: string, files: readonly File[]): Promise<OpenedFolder> {
    const { model, recipe } = await this.model({ kind: 'folder', name, files });
    return { name, vocabulary: model.tokenizer.tokens, recipe };
  }

  /** Models of a run. A run that trains now has those that it has saved. */
  async ofRun(name: string): Promise<RunModels> {
    const files = filesWithin(await this.files(), name);
    const folder = await RunFolder.open(files);
    if (folder.journal.events === 0 && folder.recipe === null)
      throw new Error(`there is no run ${quote(name)} in this browser; choose another one`);
    const [recipe, { checkpoints, faults }] = await Promise.all([
      storedRecipe(folder).catch(() => null), // then only its checkpoints can be used
      listCheckpoints(files),
    ]);
    return {
      ...{ run: name, recipe },
      checkpoints: checkpoints.map(
        ({ name, stage, step, isStageEnd, accuracy }): PlayCheckpoint => ({ name, stage, step, isStageEnd, accuracy }),
      ),
      faults: faults.map(faultText),
    };
  }
}
