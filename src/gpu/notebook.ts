/**
 * What was measured on an adapter, by key, kept between sessions where there is a place for it: a folder in Node, the origin's
 * private files in a browser. Losing it costs a measurement, nothing else.
 */

export interface Notebook {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
}

/** Where a notebook's pages are kept; both may fail, and are then done without. */
export interface NotebookFile {
  load(): Promise<string | null>;
  save(text: string): Promise<void>;
}

/** Milliseconds that pages wait for others before they are saved together. */
const DELAY = 100;

/** Reads the file once; a file that is not there, cut off or of something else is an empty one. */
export async function openNotebook(file: NotebookFile): Promise<Notebook> {
  const load = () =>
    file
      .load()
      .then(parsePages)
      .catch(() => []);
  const pages = new Map<string, string>(await load());
  let saving = false;
  const save = async () => {
    // others may have written meanwhile
    for (const [key, value] of await load()) if (!pages.has(key)) pages.set(key, value);
    await file.save(JSON.stringify(Object.fromEntries(pages), null, 1));
  };
  return {
    read: (key) => pages.get(key),
    write(key, value) {
      pages.set(key, value);
      if (saving) return;
      saving = true;
      setTimeout(() => {
        saving = false;
        save().catch(() => {});
      }, DELAY);
    },
  };
}

function parsePages(text: string | null): [string, string][] {
  const pages: unknown = JSON.parse(text ?? '{}');
  return Object.entries(pages ?? {}).filter((page): page is [string, string] => typeof page[1] === 'string');
}
