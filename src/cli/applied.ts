/** `--apply`: changes of the recipe of a running run, each at its step. */
import type { Recipe } from '../lab/recipe/recipe';
import { type Boundary, ChangeQueue, changedRecipe, type Fields } from '../lab/run/changes';
import type { Checkpoint } from '../lab/run/checkpoint';
import { quote } from '../quote';
import { messageOf } from '../runs/files';
import { InputError, input } from './input';
import { fieldOf } from './recipe';

export const APPLY_OPTION = {
  type: 'string',
  multiple: true,
  value: 'STEP:field=value',
  help: 'changes a field of the recipe while the run trains, after a GRPO step, such as 40:grpo.beta=0, or after an SFT step, such as sft-40:sft.learningRate=0.001; may be repeated',
} as const;

/** A change with its place. */
interface Asked extends Boundary {
  readonly fields: Fields;
}

function parse(text: string): Asked {
  const [, stage = 'grpo', step, change] = /^(?:(sft|grpo)-)?(\d{1,9}):(.+)$/s.exec(text) ?? [];
  if (step === undefined || change === undefined)
    throw new InputError(`--apply: ${quote(text)} is not of the form STEP:field=value; use for example 40:grpo.beta=0`);
  const fields = Object.fromEntries([fieldOf(change, '--apply')]);
  return { stage: stage as Boundary['stage'], step: Number(step), fields };
}

/** Joins the changes of each boundary, in the order of the run. */
function byBoundary(asked: readonly Asked[]): Asked[] {
  const joined = new Map<string, Asked>();
  for (const { stage, step, fields } of asked) {
    const name = `${stage}-${step}`;
    joined.set(name, { stage, step, fields: { ...joined.get(name)?.fields, ...fields } });
  }
  const order = ({ stage, step }: Boundary) => (stage === 'sft' ? 0 : 1e9) + step;
  return [...joined.values()].sort((a, b) => order(a) - order(b));
}

/**
 * Queue with the changes of `--apply`; null without one. The run prints what it refuses.
 * @param from checkpoint that the run starts from; null for its start
 * @throws InputError naming the step or the field that cannot change
 */
export function changesOf(
  texts: readonly string[] | undefined,
  recipe: Recipe,
  from: Pick<Checkpoint, 'stage' | 'step'> | null,
): ChangeQueue | null {
  if (!texts) return null;
  const queue = new ChangeQueue();
  let after = recipe;
  for (const { stage, step, fields } of byBoundary(texts.map(parse))) {
    const name = `${stage}-${step}`;
    const isOver = from !== null && (stage === from.stage ? step < from.step : stage === 'sft');
    if (isOver) throw new InputError(`--apply: ${name} is over; the run continues after ${from.stage}-${from.step}`);
    const { steps } = recipe[stage];
    if (step >= steps) throw new InputError(`--apply: ${name} is the end of the stage or later; use 0 to ${steps - 1}`);
    after = input(() => changedRecipe(after, fields, { stage, step }), '--apply');
    queue.add(fields, { stage, step }).catch((error: unknown) => {
      console.error(`note: --apply: ${name}: ${messageOf(error)}`);
    });
  }
  return queue;
}
