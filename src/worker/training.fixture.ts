/** The page of a training on the CPU device, with files in memory, for tests. */
import { openCpuDevice } from '../gpu/cpu';
import type { LabEvent } from '../lab/run/events';
import type { MemoryFiles } from '../runs/memoryFiles';
import type { Holder, Ownership } from '../runs/owner';
import { applyEvent, emptyRun } from '../store/run';
import { Driver } from './drive';
import type { RunMessage, RunNotice, ShownPhase } from './protocol';
import type { Surroundings } from './surroundings';
import { Training } from './train';

/** Name of the first run: the clock shows one time. */
export const NAME = 'parity-8-nano-2026-11-27-203412';

/** Owners within one test. @param others who holds a run, by name */
export function owners(others: Readonly<Record<string, Holder>> = {}): Ownership {
  const held = new Set<string>();
  const holderOf = async (run: string) => others[run] ?? (held.has(run) ? { who: 'this tab', seen: null } : null);
  return {
    holderOf,
    async claim(run) {
      const holder = await holderOf(run);
      if (holder) return { owner: null, holder };
      held.add(run);
      const release = async () => void held.delete(run);
      return { owner: { lost: new AbortController().signal, release }, holder: null };
    },
  };
}

/** Events with a hook before each, since the page gets them in batches. */
async function* withHook(events: AsyncGenerator<LabEvent, void>, hook: (event: LabEvent) => void) {
  for await (const event of events) {
    hook(event);
    yield event;
  }
}

/** The page of a training: its messages, its run, and commands at events. */
export function page(files: MemoryFiles, given: Partial<Surroundings> = {}, ownership = owners()) {
  const driver = new Driver();
  const run = emptyRun();
  const seen = { messages: [] as RunMessage[], notices: [] as RunNotice[], phases: [] as ShownPhase[], run };
  const hooks = { event: (_: LabEvent): unknown => null };
  const drive = driver.run.bind(driver);
  driver.run = (events, send) =>
    drive(
      withHook(events, (event) => hooks.event(event)),
      send,
    );
  const around: Surroundings = {
    place: async () => ({ files, ownership }),
    open: async () => openCpuDevice(),
    waitForRoom: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    now: () => new Date(2026, 10, 27, 20, 34, 12),
    ...given,
  };
  const training = new Training(around, driver, (message) => {
    if (message.type === 'notice') seen.notices.push(message.notice);
    if (message.type === 'phase') seen.phases.push(message.phase);
    if (message.type === 'events') for (const event of message.events) applyEvent(run, event);
    else seen.messages.push(message);
  });
  return { driver, training, hooks, ...seen };
}
