/**
 * Times peers at one work, alternating: each makes its first call, is checked, and then all take turns, one call at a time,
 * so that whatever else happens on the machine hits all of them alike. A peer that fails becomes a row that says so.
 */
import { type Counts, combineCounts, countsNow, countsSince } from './counters';
import { Impatient, patiently } from './patiently';
import type { Peer } from './peers/peer';
import type { Row } from './rows';
import { interquartileRange, median } from './statistics';
import type { Attempt, Work } from './works/work';

/** A call is given up after this, and its peer is asked no more: what it left on the device goes on running. */
const LIMIT_MS = 300_000;
/** Where one call takes longer than this, one timed call has to do. */
const SLOW_MS = 10_000;
const LEAST_RUNS = 3;
const MOST_RUNS = 50;
/** A timed call of repeatable work takes about so long, far above what a wait may add. */
const REPEATED_MS = 30;
const MOST_REPEATS = 50;

interface Entrant {
  readonly peer: Peer;
  attempt: Attempt | null;
  firstMs: number | null;
  /** Of the work in one timed call. */
  repeats: number;
  readonly times: number[];
  readonly counts: Counts[];
  error: string | null;
}

/** @param retired peers that hang; one that does so here is added */
export async function measure(
  work: Work,
  peers: readonly Peer[],
  budgetMs: number,
  retired: Set<Peer> = new Set(),
): Promise<Row[]> {
  const entrants: Entrant[] = peers
    .filter((peer) => work.suits(peer) && !retired.has(peer))
    .map((peer) => ({ peer, attempt: null, firstMs: null, repeats: 1, times: [], counts: [], error: null }));
  const guarded = async (entrant: Entrant, act: () => Promise<void>) => {
    try {
      await act();
    } catch (error) {
      entrant.error = error instanceof Error ? error.message : String(error);
      if (error instanceof Impatient) retired.add(entrant.peer);
    }
  };
  for (const entrant of entrants) await guarded(entrant, () => begin(work, entrant));
  for (;;) {
    const active = entrants.filter((entrant) => wantsMore(entrant, budgetMs));
    if (active.length === 0) break;
    for (const entrant of active) await guarded(entrant, () => timedCall(entrant));
  }
  const rows: Row[] = [];
  for (const entrant of entrants) {
    let facts = {};
    await guarded(entrant, async () => {
      if (!entrant.attempt || entrant.error !== null) return;
      await waiting(entrant.peer, entrant.attempt.check());
      facts = (await entrant.attempt.facts?.()) ?? {};
    });
    rows.push(rowOf(work, entrant, facts));
    await guarded(entrant, async () => entrant.attempt?.dispose());
  }
  return rows;
}

const waiting = <T>(peer: Peer, promise: Promise<T>): Promise<T> => (peer.gpu ? patiently(promise, LIMIT_MS) : promise);

async function begin(work: Work, entrant: Entrant): Promise<void> {
  const { peer } = entrant;
  const start = performance.now();
  const attempt = await waiting(peer, work.begin(peer));
  entrant.attempt = attempt;
  await waiting(peer, attempt.run(1));
  entrant.firstMs = performance.now() - start;
  await waiting(peer, attempt.check());
  if (!work.repeatable) return;
  const again = performance.now();
  await waiting(peer, attempt.run(1));
  entrant.repeats = Math.min(MOST_REPEATS, Math.max(1, Math.round(REPEATED_MS / (performance.now() - again))));
}

function wantsMore({ attempt, error, repeats, times }: Entrant, budgetMs: number): boolean {
  if (!attempt || error !== null || times.length >= MOST_RUNS) return false;
  if (times.some((time) => time > SLOW_MS)) return false;
  const spent = repeats * times.reduce((sum, time) => sum + time, 0);
  return times.length < LEAST_RUNS || spent < budgetMs;
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
    spread_ms: rounded(interquartileRange(times)),
    runs: times.length,
    first_ms,
    ...Object.fromEntries(rates),
    ...(peer.gpu ? combineCounts(counts, (values) => rounded(median(values))) : {}),
    ...facts,
  };
}

const rounded = (value: number): number => Number(value.toPrecision(4));
