/** The page's connection to the worker for the stored runs. */
import { LibraryClient } from '../worker/libraryClient';

const client = new LibraryClient();

export const library: LibraryClient['ask'] = (command) => client.ask(command);
