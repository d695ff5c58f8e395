/** Result files of the experiments, read once from the server of the page. */
import { fetched, isPage } from '../fetched';
import { parseIndex, parseResult } from '../lab/report/results';
import { lab } from './lab';

const FOLDER = `${import.meta.env.BASE_URL}results/`;

/** Text of a JSON file; null if it does not exist, even if the server sends a web page instead. */
async function textOf(file: string): Promise<string | null> {
  const response = await fetched(FOLDER + file);
  if (response.status === 404 || isPage(response)) return null;
  if (!response.ok) throw new Error(`results/${file}: the server answers ${response.status} ${response.statusText}`);
  return response.text();
}

let reading = false;

/** Reads the index and every file that it lists. Stores the readable ones, and the faults of the others. */
export async function readResults(): Promise<void> {
  if (reading) return;
  reading = true;
  const attempt = async <T>(work: () => Promise<T>): Promise<{ value: T | null; fault: string | null }> => {
    try {
      return { value: await work(), fault: null };
    } catch (error) {
      return { value: null, fault: (error as Error).message };
    }
  };
  const index = await attempt(async () => parseIndex((await textOf('index.json')) ?? '[]', 'results/index.json'));
  const files = await Promise.all(
    (index.value ?? []).map((id) =>
      attempt(async () => {
        const text = await textOf(`${id}.json`);
        if (text === null) throw new Error(`results/${id}.json does not exist, but results/index.json lists it`);
        return parseResult(text, `results/${id}.json`);
      }),
    ),
  );
  const faults = [index, ...files].flatMap(({ fault }) => fault ?? []);
  reading = faults.length === 0; // try again on the next visit: the network may be back
  lab.setState({ results: { read: true, list: files.flatMap(({ value }) => value ?? []), faults } });
}
