/** Words of the Runs screen. */
import type { LabState } from '../../store/lab';
import { type RunData, stepsOf } from '../../store/run';
import { isHeld, type ListedRun, titleOf } from '../../store/runs';
import { taskNames, tasks } from '../../tasks';
import { storageSize } from '../../units';
import { percent } from '../shared/format';

export type StateTone = 'active' | 'other' | 'stopped' | 'finished' | 'damaged';

/** State of a run in words, and the tone of its badge. @param status of the training in this tab */
export function stateOf(
  { state, isHere, holder }: ListedRun,
  status: LabState['status'],
): { words: string; tone: StateTone } {
  if (state !== 'running') return { words: state, tone: state };
  if (isHere)
    return { words: status === 'playing' ? 'training' : status === 'paused' ? 'paused' : 'stopping', tone: 'active' };
  return { words: `held by ${holder?.who ?? 'another tab'}`, tone: 'other' };
}

/** Facts about a run in progress, from its events. */
export function liveFacts(run: RunData): Partial<ListedRun> {
  const { last } = run.grpo;
  const { sft } = stepsOf(run);
  if (!last) return sft > 0 ? { stage: 'sft', step: sft } : {};
  const { accuracy, reward } = last.metrics;
  return { stage: 'grpo', step: last.step, accuracy: accuracy ?? null, heldOut: null, reward: reward ?? null };
}

/** The accuracy that says most about a run, with its name: on held-out problems, or else of the last training step. */
export const accuraciesOf = ({ heldOut, accuracy }: Pick<ListedRun, 'heldOut' | 'accuracy'>): [string, string][] => [
  heldOut === null ? ['Training accuracy', percent(accuracy)] : ['Held-out, sampled', percent(heldOut)],
];

/** Stage and step, such as "GRPO 12 of 40". */
export function stepWords({ stage, step, recipe }: Pick<ListedRun, 'stage' | 'step' | 'recipe'>): string {
  if (stage === null || step === null) return '–';
  const steps = stage === 'sft' ? recipe?.sft.steps : stage === 'grpo' ? recipe?.grpo.steps : undefined;
  return `${stage.toUpperCase()} ${step}${steps === undefined ? '' : ` of ${steps}`}`;
}

/** Task, level, seed and tags, such as "Parity, 8 bits · seed 0 · #class". */
export function recipeWords(run: ListedRun): string {
  const { recipe, meta } = run;
  const known = taskNames.find((name) => name === recipe?.task.name);
  const task =
    recipe && (known ? `${tasks[known].title}, ${recipe.task.level} ${tasks[known].level.unit}` : recipe.task.name);
  const parts = [
    recipe && recipe.title !== titleOf(run) ? recipe.title : null,
    task,
    recipe && `seed ${recipe.seed}`,
    ...(meta?.tags ?? []).map((tag) => `#${tag}`),
    isHeld(run) && !run.isHere && 'read-only in this tab',
  ];
  return parts.filter(Boolean).join(' · ');
}

const DATE = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
/** Date and time of an ISO 8601 text. */
export const dateWords = (iso: string): string => DATE.format(new Date(iso));

/** Bytes of the runs, and of all that the page stores. */
export function usageWords(bytes: {
  readonly runs: number;
  readonly usage: number | null;
  readonly quota: number | null;
}) {
  const { runs, usage, quota } = bytes;
  const size = `Runs take ${storageSize(runs)}.`;
  if (usage === null || quota === null) return `${size} The browser does not say how much this page may store.`;
  return `${size} With its offline copy, this page uses ${storageSize(usage)} of the ${storageSize(quota)} that the browser allows.`;
}
