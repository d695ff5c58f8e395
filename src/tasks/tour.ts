/** Round tours of a few cities: their lengths, the shortest one exactly, and how one is found by hand. */

export type Distances = readonly (readonly number[])[];
export type Tour = readonly number[];

/** Each leg's distance, the way back to the first city included. */
export const legs = (distances: Distances, tour: Tour): number[] =>
  tour.map((city, i) => distances[city]![tour[(i + 1) % tour.length]!]!);
export const lengthOf = (distances: Distances, tour: Tour): number =>
  legs(distances, tour).reduce((sum, leg) => sum + leg, 0);

/** From city 0, towards the smaller of its neighbours: one form for all starts and directions. */
export function canonical(tour: Tour): Tour {
  const at = tour.indexOf(0);
  const turned = [...tour.slice(at), ...tour.slice(0, at)];
  return turned.at(-1)! < turned[1]! ? [0, ...turned.slice(1).reverse()] : turned;
}

/** A shortest tour: Held and Karp 1962, over the sets of cities that lie behind. 2ⁿ·n² steps. */
export function shortestTour(distances: Distances): Tour {
  const n = distances.length;
  type Path = { readonly length: number; readonly cities: Tour };
  /** By the set of cities other than 0 that a path from 0 has been to (bit c − 1 for city c), and by its last city. */
  const best = new Map<number, Map<number, Path>>([[0, new Map([[0, { length: 0, cities: [0] }]])]]);
  const all = 2 ** (n - 1) - 1;
  for (let set = 0; set < all; set++)
    for (const [last, { length, cities }] of best.get(set) ?? [])
      for (let city = 1; city < n; city++) {
        const bit = 1 << (city - 1);
        if (set & bit) continue;
        const longer = length + distances[last]![city]!;
        const ends = best.get(set | bit) ?? new Map<number, Path>();
        best.set(set | bit, ends);
        if (longer < (ends.get(city)?.length ?? Number.POSITIVE_INFINITY))
          ends.set(city, { length: longer, cities: [...cities, city] });
      }
  const closed = [...best.get(all)!].map(([last, path]) => ({ ...path, length: path.length + distances[last]![0]! }));
  return closed.reduce((a, b) => (b.length < a.length ? b : a)).cities;
}

/** Always on to the nearest city that is left, the first of equally near ones. */
export function nearestNeighbour(distances: Distances, start: number): Tour {
  const left = new Set(distances.map((_, city) => city));
  const tour: number[] = [];
  for (let city = start; ; ) {
    tour.push(city);
    left.delete(city);
    if (left.size === 0) return tour;
    city = [...left].reduce((a, b) => (distances[city]![b]! < distances[city]![a]! ? b : a));
  }
}

/** The shortest of the tours with one stretch turned round; null where none is shorter than the tour itself. */
export function twoOpt(distances: Distances, tour: Tour): Tour | null {
  let best = tour;
  for (let from = 1; from < tour.length - 1; from++)
    for (let to = from + 1; to < tour.length; to++) {
      const turned = [...tour.slice(0, from), ...tour.slice(from, to + 1).reverse(), ...tour.slice(to + 1)];
      if (lengthOf(distances, turned) < lengthOf(distances, best)) best = turned;
    }
  return best === tour ? null : best;
}
