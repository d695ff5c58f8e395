/**
 * The address of what is looked at: #view=rollouts&step=12&group=3&rollout=5, or #view=data&task=parity&level=8&seed=0&n=3.
 * Text in, text out; no browser.
 */
import { type Browsed, browsable, MOST_BROWSED } from '../lab/recipe/browse';
import { quote } from '../quote';
import { type LabState, views } from '../store/lab';
import type { OwnProblems } from '../tasks/own';

type Shown = Pick<LabState, 'view' | 'step' | 'group' | 'rollout' | 'experiment'>;

export interface Address {
  readonly shown: Shown;
  readonly browsed: Browsed;
  /** What could not be taken as it stands, in words; what is shown instead is the nearest that there is. */
  readonly faults: readonly string[];
}

const NUMBERS = { step: 1, group: 0, rollout: 0, level: 0, seed: 0, n: 1 } as const;
const NAMES: readonly string[] = ['view', 'task', 'experiment', ...Object.keys(NUMBERS)];

/**
 * Reads the part of an address after its #.
 * @param data what is browsed where the address does not say
 */
export function readAddress(hash: string, data: Browsed, own: OwnProblems): Address {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const faults: string[] = [];
  for (const name of new Set(params.keys())) {
    if (!NAMES.includes(name)) faults.push(`${quote(name)} is nothing that a link can choose`);
    else if (params.getAll(name).length > 1) faults.push(`${name} occurs twice; the first counts`);
  }
  const number = (name: keyof typeof NUMBERS): number | null => {
    const text = params.get(name);
    if (text === null) return null;
    if (/^(0|[1-9]\d{0,9})$/.test(text) && Number(text) >= NUMBERS[name]) return Number(text);
    const large = /^[1-9]\d{10,}$/.test(text);
    faults.push(`${name}=${quote(text)} is ${large ? 'too large' : `no whole number from ${NUMBERS[name]}`}`);
    return null;
  };
  const asked = params.get('view');
  const view = views.find((name) => name === asked);
  if (asked !== null && !view) faults.push(`there is no screen ${quote(asked)}; there are ${views.join(', ')}`);
  const shown: Shown = {
    view: view ?? 'train',
    step: number('step'),
    group: number('group'),
    rollout: number('rollout') ?? 0,
    experiment: params.get('experiment'),
  };
  const [level, seed, n] = [number('level'), number('seed'), number('n')];
  const task = params.get('task');
  const wanted: Browsed = {
    task: task ?? data.task,
    level: level ?? data.level,
    seed: seed ?? data.seed,
    index: (n ?? data.index + 1) - 1,
  };
  const browsed = browsable(wanted, own);
  if (task !== null && browsed.task !== task) faults.push(`there is no task ${quote(task)}`);
  else if (level !== null && browsed.level !== level)
    faults.push(`${browsed.task} has no level ${level}; the nearest is ${browsed.level}`);
  if (seed !== null && browsed.seed !== seed) faults.push(`seed=${seed} is more than ${browsed.seed}`);
  if (n !== null && browsed.index !== n - 1)
    faults.push(`n=${n} is more than the ${MOST_BROWSED} that can be looked at`);
  return { shown, browsed, faults };
}

export function writeAddress({ view, step, group, rollout, experiment, data }: Shown & Pick<LabState, 'data'>): string {
  const params = new URLSearchParams({ view });
  if (view === 'data') {
    const { task, level, seed, index } = data;
    for (const [name, value] of Object.entries({ task, level, seed, n: index + 1 })) params.set(name, String(value));
  }
  if (view === 'evaluate' && experiment !== null) params.set('experiment', experiment);
  if (step !== null) params.set('step', String(step));
  if (group !== null) params.set('group', String(group));
  if (rollout > 0) params.set('rollout', String(rollout));
  return `#${params}`;
}
