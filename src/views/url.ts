/** The address holds what is looked at: #view=rollouts&step=12&group=3&rollout=5. Out-of-range numbers are clamped on screen. */
import { lab, show } from '../store/lab';

const count = (text: string | null): number | null => (text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null);

function readUrl(): void {
  const params = new URLSearchParams(location.hash.slice(1));
  show({
    view: params.get('view') === 'rollouts' ? 'rollouts' : 'train',
    step: count(params.get('step')),
    group: count(params.get('group')),
    rollout: count(params.get('rollout')) ?? 0,
  });
}

/** Milliseconds of rest before the address is rewritten: browsers limit how often it may be. */
const REST_MS = 250;

/** Reads the address now and when it changes, and writes what is chosen back without new history entries. */
export function followTheUrl(): void {
  readUrl();
  addEventListener('hashchange', readUrl);
  let timer: ReturnType<typeof setTimeout> | undefined;
  lab.subscribe(({ view, step, group, rollout }, before) => {
    if (view === before.view && step === before.step && group === before.group && rollout === before.rollout) return;
    const params = new URLSearchParams({ view });
    if (step !== null) params.set('step', String(step));
    if (group !== null) params.set('group', String(group));
    if (rollout > 0) params.set('rollout', String(rollout));
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState(null, '', `#${params}`), REST_MS);
  });
}
