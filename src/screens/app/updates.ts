/**
 * Installs the service worker, which serves the page without a network, and offers new versions. A new version deletes the files
 * of the old one, so it opens only when a person asks for it and no other tab needs them.
 */
import { lab } from '../../store/lab';
import { ask } from '../../store/question';
import { leavingCosts } from '../../store/start';

/** Milliseconds between two looks for a new version: a tab may stay open for days. */
const LOOK_MS = 3_600_000;

/** Lock that every tab shares while it is open. */
const OPEN_TAB = 'groupthink-tab';

/** Parts of the browser that an update needs. `locks` is undefined in some browsers. */
export interface UpdateBrowser {
  readonly serviceWorker: ServiceWorkerContainer;
  readonly locks?: Pick<LockManager, 'request' | 'query'>;
}

/** Opens the version that is offered. */
let open: () => Promise<void> = async () => {};

export const openNewVersion = (): Promise<void> => open();

/** True if another tab has the lab open. */
async function hasOtherTabs(locks: UpdateBrowser['locks']): Promise<boolean> {
  const { held = [] } = (await locks?.query().catch(() => null)) ?? {};
  return held.filter(({ name }) => name === OPEN_TAB).length > 1;
}

/** @param stopAsking ends the browser's own question, because the page asks first */
async function install(
  { serviceWorker, locks }: UpdateBrowser,
  script: string,
  stopAsking: () => void,
  reload: () => void,
): Promise<void> {
  const offer = (version: ServiceWorker) => {
    lab.setState({ newVersion: 'ready' });
    open = async () => {
      if (await hasOtherTabs(locks)) return lab.setState({ newVersion: 'other-tabs' });
      const costs = leavingCosts(lab.getState());
      const question = { title: 'Reload for the new version?', confirm: 'Reload' };
      if (costs && !(await ask({ ...question, reasons: [costs] }))) return;
      stopAsking();
      serviceWorker.addEventListener('controllerchange', reload, { once: true });
      version.postMessage({ type: 'SKIP_WAITING' }); // workbox's message
    };
  };
  // without the lock, an update opens without a look at other tabs
  locks?.request(OPEN_TAB, { mode: 'shared' }, () => new Promise(() => {})).catch(() => {});
  const registration = await serviceWorker.register(script);
  // without an active version the waiting one is the first, which starts by itself
  if (registration.active && registration.waiting) offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && registration.active) offer(installing);
    });
  });
  setInterval(() => void registration.update().catch(() => {}), LOOK_MS);
}

/** Installs the service worker, if the browser allows one. Without it, the page works with a network only. */
export async function installServiceWorker(
  browser: Partial<UpdateBrowser>,
  script: string,
  stopAsking: () => void,
  reload: () => void = () => location.reload(),
): Promise<void> {
  try {
    const { serviceWorker, locks } = browser;
    if (serviceWorker) await install({ serviceWorker, ...(locks && { locks }) }, script, stopAsking, reload);
  } catch {
    // refused, as in a sandboxed frame
  }
}
