/** A turn of the event loop, so that messages and signals are heard; unlike a timer it is not slowed down in a hidden tab. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Milliseconds of work after which others are let in. */
const AT_A_STRETCH_MS = 50;

/** Gives the event loop a turn where the last one was long ago; else returns at once. */
export function turnsAfterWork(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < AT_A_STRETCH_MS) return;
    await turn();
    began = performance.now();
  };
}

/** Maps one item after another; long work gives the event loop a turn between two items. */
export async function mapInTurns<T, R>(items: readonly T[], map: (item: T, index: number) => R): Promise<R[]> {
  const results: R[] = [];
  const letOthersIn = turnsAfterWork();
  for (const [i, item] of items.entries()) {
    results.push(map(item, i));
    await letOthersIn();
  }
  return results;
}
