/**
 * Times peers at one work. Each makes a first call and is checked. Then all take turns, one call at a time, so that other load
 * on the machine affects all of them equally. A peer that fails becomes a row with the error.
 */
import { type Counts, combineCounts, countsNow, countsSince } from './counters';
import type { Peer } from './peers/peer';
import type { Row } from './rows';
import { interquartileRange, median } from './statistics';
import { TimedOut, withTimeLimit } from './timeLimit';
import type { Attempt, Work } from './works/work';

/** Time limit of a call. A peer that exceeds it is retired, because its work continues on the device. */
const LIMIT_MS = 300_000;
/** Least timed calls of a peer, if they fit into OVERTIME budgets; otherwise as many as fit, but at least one. */
const LEAST_RUNS = 3;
const OVERTIME = 5;
const MOST_RUNS = 50;
/** Target duration of a timed call of repeatable work, far above the error of a wait. */
const REPEATED_MS = 30;
const MOST_REPEATS = 50;

interface Entrant {
  readonly peer: Peer;
  attempt: Attempt | null;
  firstMs: number | null;
  /** Repetitions of the work in one timed call. */
  repeats: number;
  readonly times: number[];
  readonly counts: Counts[];
  error: string | null;
}

/** Measures all suitable peers. @param retired peers to skip, with the reason; a peer that hangs here is added */
export async function measure(
  work: Work,
  peers: readonly Peer[],
  budgetMs: number,
  retired: Map<Peer, string> = new Map(),
): Promise<Row[]> {
  const entrants: Entrant[] = peers
    .filter((peer) => work.suits(peer))
    .map((peer) => {
      const error = retired.get(peer) ?? null;
      return { peer, attempt: null, firstMs: null, repeats: 1, times: [], counts: [], error };
    });
  const begin = work.prepare();
  const guarded = async (entrant: Entrant, act: () => Promise<void>) => {
    if (entrant.error !== null) return;
    try {
      await act();
    } catch (error) {
      entrant.error = error instanceof Error ? error.message : String(error);
      if (error instanceof TimedOut) retired.set(entrant.peer, 'retired: an earlier call did not end');
    }
  };
  for (const entrant of entrants) await guarded(entrant, () => firstCall(begin, work.repeatable, entrant));
  for (;;) {
    const active = entrants.filter((entrant) => wantsMore(entrant, work.budgetShare * budgetMs));
    if (active.length === 0) break;
    for (const entrant of active) await guarded(entrant, () => timedCall(entrant));
  }
  const rows: Row[] = [];
  for (const entrant of entrants) {
    let facts = {};
    await guarded(entrant, async () => {
      const { peer, attempt } = entrant;
      await waiting(peer, attempt!.check());
      if (attempt!.facts) facts = await waiting(peer, attempt!.facts());
    });
    rows.push(rowOf(work, entrant, facts));
    if (!retired.has(entrant.peer)) await tidy(entrant);
  }
  return rows;
}

/** Releases an attempt. A failure here does not affect the measurement. */
const tidy = async ({ attempt }: Entrant): Promise<void> => {
  try {
    await attempt?.dispose();
  } catch {}
};

const waiting = <T>(peer: Peer, promise: Promise<T>): Promise<T> =>
  peer.gpu ? withTimeLimit(promise, LIMIT_MS) : promise;

async function firstCall(
  begin: (peer: Peer) => Promise<Attempt>,
  repeatable: boolean,
  entrant: Entrant,
): Promise<void> {
  const { peer } = entrant;
  const start = performance.now();
  const attempt = await waiting(peer, begin(peer));
  entrant.attempt = attempt;
  await waiting(peer, attempt.run(1));
  entrant.firstMs = performance.now() - start;
  await waiting(peer, attempt.check());
  if (!repeatable) return;
  await timedCall(entrant);
  entrant.repeats = Math.min(MOST_REPEATS, Math.max(1, Math.round(REPEATED_MS / entrant.times[0]!)));
  if (entrant.repeats > 1) entrant.times.length = entrant.counts.length = 0;
}

function wantsMore({ attempt, error, repeats, times }: Entrant, budgetMs: number): boolean {
  if (!attempt || error !== null || times.length >= MOST_RUNS) return false;
  const spent = repeats * times.reduce((sum, time) => sum + time, 0);
  return spent < budgetMs || (times.length < LEAST_RUNS && spent < OVERTIME * budgetMs);
}

async function timedCall({ peer, attempt, repeats, times, counts }: Entrant): Promise<void> {
  const before = countsNow();
  const start = performance.now();
  await waiting(peer, attempt!.run(repeats));
  times.push((performance.now() - start) / repeats);
  const counted = countsSince(before);
  counts.push(combineCounts([counted], ([count]) => count! / repeats));
}

function rowOf(work: Work, { peer, firstMs, times, counts, error }: Entrant, facts: object): Row {
  const named = { work: work.name, who: peer.who };
  const first_ms = firstMs === null ? null : rounded(firstMs);
  if (error !== null) return { ...named, median_ms: null, spread_ms: null, runs: 0, first_ms, error };
  const median_ms = median(times);
  const rates = Object.entries(work.rate(median_ms)).map(([name, rate]) => [name, rounded(rate)]);
  return {
    ...named,
    median_ms: rounded(median_ms),
    spread_ms: times.length > 1 ? rounded(interquartileRange(times)) : null,
    runs: times.length,
    first_ms,
    ...Object.fromEntries(rates),
    ...(peer.gpu ? combineCounts(counts, (values) => rounded(median(values))) : {}),
    ...facts,
  };
}

const rounded = (value: number): number => Number(value.toPrecision(4));
