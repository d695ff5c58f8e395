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

/** Reads the file once; writes go back to it a moment after the last of them. */
export async function openNotebook(file: NotebookFile): Promise<Notebook> {
  const pages = new Map<string, string>(await file.load().then(parsePages, () => []));
  let saving = false;
  return {
    read: (key) => pages.get(key),
    write(key, value) {
      pages.set(key, value);
      if (saving) return;
      saving = true;
      setTimeout(() => {
        saving = false;
        file.save(JSON.stringify(Object.fromEntries(pages), null, 1)).catch(() => {});
      }, 100);
    },
  };
}

function parsePages(text: string | null): [string, string][] {
  const pages: unknown = JSON.parse(text ?? '{}');
  return Object.entries(pages as object).filter((page): page is [string, string] => typeof page[1] === 'string');
}
