/** The page's connection to the worker for the stored runs. */
import { openLibraryClient } from '../worker/libraryClient';

const client = openLibraryClient();

export const library: (typeof client)['ask'] = (command) => client.ask(command);
