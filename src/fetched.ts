/** Fetches files of the page, with errors that name the file. Any room may import this file. */

/** Fetches an address. @throws naming it and the remedy if nothing answers */
export async function fetched(url: string | URL): Promise<Response> {
  try {
    return await fetch(url);
  } catch {
    throw new Error(`${url} cannot be fetched: nothing answers; check the network and reload the page`);
  }
}

/** Fetches a file. @throws naming the address, also if the server answers with an error */
export async function fetchedFile(url: string | URL): Promise<Response> {
  const answer = await fetched(url);
  if (!answer.ok)
    throw new Error(
      `${url} cannot be fetched: the server answers ${answer.status} ${answer.statusText}; check that the file exists`,
    );
  return answer;
}

/** True if a server answers with a web page in place of a missing file. */
export const isPage = ({ headers }: Response): boolean => headers.get('content-type')?.includes('html') ?? false;
