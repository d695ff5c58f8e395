/**
 * The address holds what is looked at: #view=rollouts&step=12&group=3&rollout=5, or #view=data&task=parity&level=8&seed=0&n=3.
 * What is out of range is brought to the nearest that there is.
 */
import { browse, type LabState, lab, show, views } from '../store/lab';
import { pushAddress, rewriteAddress } from './browser';

const count = (text: string | null): number | null => (text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null);

function readUrl(hash: string): void {
  const params = new URLSearchParams(hash.slice(1));
  show({
    view: views.find((name) => name === params.get('view')) ?? 'train',
    step: count(params.get('step')),
    group: count(params.get('group')),
    rollout: count(params.get('rollout')) ?? 0,
    experiment: params.get('experiment'),
  });
  const { data } = lab.getState();
  const given = (name: string) => count(params.get(name));
  browse({
    task: params.get('task') ?? data.task,
    level: given('level') ?? data.level,
    seed: given('seed') ?? data.seed,
    index: (given('n') ?? data.index + 1) - 1,
  });
}

function address({ view, step, group, rollout, experiment, data }: LabState): string {
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

/** Milliseconds of rest before the address is rewritten: browsers limit how often it may be. */
const REST_MS = 250;

/**
 * Reads the address now and when it changes, and writes what is chosen back. Each screen is a history entry of its own; what is
 * chosen on it rewrites that entry.
 */
export function followTheUrl(): void {
  let reading = true;
  const read = (hash: string) => {
    reading = true;
    readUrl(hash);
    reading = false;
  };
  read(location.hash);
  // of the event: the address itself may have been rewritten between the change and its being told
  window.addEventListener('hashchange', ({ newURL }) => read(new URL(newURL).hash));
  let timer: ReturnType<typeof setTimeout> | undefined;
  lab.subscribe((state, before) => {
    if (address(state) === address(before)) return;
    clearTimeout(timer);
    if (state.view !== before.view && !reading) {
      rewriteAddress(address(before));
      pushAddress(address(state));
    } else timer = setTimeout(() => rewriteAddress(address(state)), REST_MS);
  });
}
