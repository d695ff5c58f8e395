/** Downloads of files that the page made. */

/** Time after which the browser has taken over a download, ms. */
const TAKEN_MS = 60_000;

/** Saves a file under a name, as a link with `download` does. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), TAKEN_MS);
}
