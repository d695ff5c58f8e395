/** Message of any error, short enough for the screen. */
import { bounded } from '../quote';
import { messageOf as wholeMessageOf } from '../runs/files';

export const messageOf = (error: unknown): string => bounded(wholeMessageOf(error));
