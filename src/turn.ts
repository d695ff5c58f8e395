/** Yields one turn of the event loop to messages and signals. A hidden tab does not throttle it, unlike a timer. */
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

/** Work between two turns, ms. */
const WORK_MS = 50;

/** Returns a function that yields a turn if the last one was long ago, else returns at once. */
export function turnsAfterWork(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < WORK_MS) return;
    await turn();
    began = performance.now();
  };
}

/** Maps items in sequence. Long work yields a turn between two items. */
export async function mapInTurns<T, R>(items: readonly T[], map: (item: T, index: number) => R): Promise<R[]> {
  const results: R[] = [];
  const letOthersIn = turnsAfterWork();
  for (const [i, item] of items.entries()) {
    results.push(map(item, i));
    await letOthersIn();
  }
  return results;
}
