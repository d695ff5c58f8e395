/** Round tours of a few cities: their lengths, the shortest one exactly, and how one is found by hand. */

export type Distances = readonly (readonly number[])[];
export type Tour = readonly number[];

/** Each leg's distance, the way back to the first city included. */
export const legs = (distances: Distances, tour: Tour): number[] =>
  tour.map((city, i) => distances[city]![tour[(i + 1) % tour.length]!]!);
export const lengthOf = (distances: Distances, tour: Tour): number =>
  legs(distances, tour).reduce((sum, leg) => sum + leg, 0);

/** The tour from city 0 towards the smaller of its neighbours: one form for all starts and directions. */
export function canonical(tour: Tour): Tour {
  const at = tour.indexOf(0);
  const turned = [...tour.slice(at), ...tour.slice(0, at)];
  return turned.at(-1)! < turned[1]! ? [0, ...turned.slice(1).reverse()] : turned;
}

/** A shortest tour: Held and Karp 1962, over the sets of cities that lie behind. 2ⁿ·n² steps. */
export function shortestTour(distances: Distances): Tour {
  const n = distances.length;
  const all = 2 ** (n - 1) - 1;
  // by the set of cities other than 0 that a path from 0 has been to (bit c − 1 for city c), and by its last city
  const length = new Float64Array((all + 1) * n).fill(Number.POSITIVE_INFINITY);
  const before = new Uint8Array((all + 1) * n);
  length[0] = 0;
  for (let set = 0; set < all; set++)
    for (let last = 0; last < n; last++) {
      const soFar = length[set * n + last]!;
      if (soFar === Number.POSITIVE_INFINITY) continue;
      for (let city = 1; city < n; city++) {
        const bit = 1 << (city - 1);
        if (set & bit) continue;
        const at = (set | bit) * n + city;
        const longer = soFar + distances[last]![city]!;
        if (longer >= length[at]!) continue;
        length[at] = longer;
        before[at] = last;
      }
    }
  const closed = (city: number) => length[all * n + city]! + distances[city]![0]!;
  let last = 1;
  for (let city = 2; city < n; city++) if (closed(city) < closed(last)) last = city;
  const backwards: number[] = [];
  for (let set = all; last !== 0; ) {
    backwards.push(last);
    const previous = before[set * n + last]!;
    set &= ~(1 << (last - 1));
    last = previous;
  }
  return [0, ...backwards.reverse()];
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
