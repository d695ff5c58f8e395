/** What a page fetches from where it came from. Any room may import this file. */

/** @throws naming the address, and what to do where nothing answers */
export async function fetched(url: string | URL): Promise<Response> {
  try {
    return await fetch(url);
  } catch {
    throw new Error(`${url} cannot be fetched: nothing answers; check the network and reload the page`);
  }
}

/** The same, where an error of the server is one here. @throws naming the address and the answer */
export async function fetchedFile(url: string | URL): Promise<Response> {
  const answer = await fetched(url);
  if (!answer.ok) throw new Error(`${url} cannot be fetched: the server answers ${answer.status} ${answer.statusText}`);
  return answer;
}

/** Whether a server answered with a page in place of a file that it has not. */
export const isPage = ({ headers }: Response): boolean => headers.get('content-type')?.includes('html') ?? false;
