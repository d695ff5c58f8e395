/** `train`: a recipe from start to end, into a folder of recipe, events, summary and model. */
import { createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { MODEL_FILES, modelToFiles } from '../../checkpoint/model';
import { JsonSyntaxError, parseJson } from '../../json';
import { eventToLine, type Summary } from '../../lab/events';
import { openCustom } from '../../lab/options';
import { parseRecipe, type Recipe, withFields } from '../../lab/recipe';
import { recipeByName } from '../../lab/recipes';
import { run } from '../../lab/run';
import { Session } from '../../lab/session';
import { OWN, type OwnProblems } from '../../tasks/own';
import { withAdapter } from '../adapter';
import { InputError, input, inputAsync, numeric, options, readJson, readText, required, SEED } from '../input';
import { OWN_OPTIONS, readOwn } from '../own';
import { Progress } from '../progress';

/** `grpo.steps=40` → ['grpo.steps', 40]; what is no JSON is text; `@FILE` is the text of the file. */
function field(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new InputError(`--set: ${JSON.stringify(text)} is not of the form field=value`);
  const value = text.slice(at + 1);
  if (value.startsWith('@')) return [text.slice(0, at), readText(value.slice(1))];
  try {
    return [text.slice(0, at), parseJson(value, `--set: ${text.slice(0, at)}`)];
  } catch (error) {
    if (error instanceof JsonSyntaxError) return [text.slice(0, at), value];
    throw new InputError((error as Error).message);
  }
}

/** @param own problems that take the place of the recipe's task, at their lowest level */
export function readRecipe(
  name: string,
  seed: string | undefined,
  sets: readonly string[],
  own: OwnProblems | null = null,
): Recipe {
  const named = name.endsWith('.json')
    ? input(() => parseRecipe(readJson(name), name))
    : input(() => recipeByName(name));
  const base = own ? input(() => withOwn(named, own)) : named;
  const fields = Object.fromEntries(sets.map(field));
  return input(() =>
    withFields(base, seed === undefined ? fields : { ...fields, seed: numeric(seed, 'seed', 0, SEED) }),
  );
}

function withOwn(recipe: Recipe, own: OwnProblems): Recipe {
  const level = Math.min(...own.problems.map((line) => line.level ?? 1));
  const about = `Trained as ${recipe.name}, on ${own.problems.length} problems from a file.`;
  return parseRecipe({ ...recipe, name: OWN, title: 'Your own problems', about, task: { name: OWN, level }, own });
}

const PARTIAL = 'events.jsonl.partial';
const OURS: readonly string[] = ['recipe.json', 'summary.json', 'events.jsonl', PARTIAL, ...MODEL_FILES];

/** An empty folder, or one of an earlier run, ended or not; anything else stays as it is. */
function checkFolder(out: string): void {
  if (!existsSync(out)) return;
  const files = input(() => readdirSync(out));
  const other = files.find((file) => !OURS.includes(file));
  if (other !== undefined)
    throw new InputError(`--out: ${out} holds ${other}, which is no run's; choose an empty folder`);
}

export async function train(args: readonly string[]): Promise<void> {
  const given = options(args, {
    recipe: { type: 'string' },
    out: { type: 'string' },
    seed: { type: 'string' },
    adapter: { type: 'string' },
    set: { type: 'string', multiple: true },
    ...OWN_OPTIONS,
  });
  const recipe = readRecipe(required(given.recipe, 'recipe'), given.seed, given.set ?? [], readOwn(given));
  await inputAsync(() => openCustom(recipe.reward));
  const out = required(given.out, 'out');
  checkFolder(out);
  await withAdapter(given.adapter, async (device) => {
    const session = input(() => new Session(device, recipe));
    input(() => session.sources); // a cluster may ask for more problems than there are
    input(() => mkdirSync(out, { recursive: true }));
    const file = (name: string) => path.join(out, name);
    // Written beside and renamed at the end: an earlier run in the folder is whole until this one is.
    const events = createWriteStream(file(PARTIAL));
    const written = finished(events);
    written.catch(() => {}); // told below, where it is awaited
    const progress = new Progress(recipe);
    let summary: Summary | null = null;
    try {
      for await (const event of run(session)) {
        events.write(`${eventToLine(event)}\n`);
        progress.show(event);
        if (event.type === 'stage' && event.stage === 'compile') progress.watch(device.counters);
        if (event.type === 'end') summary = event.summary;
      }
    } finally {
      progress.end();
    }
    events.end();
    await written;
    const { config, tokenizer } = session;
    const model = modelToFiles({ config, tokenizer, tensors: await session.weights.read() });
    session.destroy();
    const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
    writeFileSync(file('recipe.json'), json(recipe));
    writeFileSync(file('summary.json'), json(summary));
    for (const [name, bytes] of Object.entries(model)) writeFileSync(file(name), bytes);
    renameSync(file(PARTIAL), file('events.jsonl'));
  });
}
