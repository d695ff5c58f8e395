/** Files that make a checkpoint the folder of a model, which other programs open. */
import { modelToFiles } from '../../formats/model';
import type { Session } from '../run/session';

/** Config and tokenizer of a session's model; the checkpoint has its tensors. */
export function modelFilesOf({ config, tokenizer }: Pick<Session, 'config' | 'tokenizer'>): Record<string, Uint8Array> {
  const { 'model.safetensors': _, ...files } = modelToFiles({ config, tokenizer, tensors: new Map() });
  return files;
}
