/** Place of a chart's plot in pixels: margins, axes and scales. Lines, hairline and labels share it. */
import { type Drawn, lineKey } from './drawn';
import type { Extent, Series } from './series';
import { type Limits, stepTicks, valueTicks } from './ticks';

/** Height of a chart, pixels. */
export const HEIGHT = 220;
export const MARGIN = { top: 10, left: 46, bottom: 24 } as const;
/** Width of a character of a label, and the most that labels take, pixels. */
const CHARACTER = 6.4;
const MOST_LABEL = 96;
/** Distance of two labels, pixels. */
const LABEL_HEIGHT = 13;
/** Pixels for each tick of the x axis. */
const TICK_WIDTH = 70;

/** Name of a line at its end. */
interface EndLabel {
  readonly text: string;
  readonly color: string;
  readonly y: number;
}

export interface Frame {
  readonly width: number;
  /** Space at the right, for the labels. */
  readonly right: number;
  readonly x: { readonly domain: Extent; readonly ticks: readonly number[] };
  readonly y: { readonly domain: Extent; readonly ticks: readonly number[] };
  readonly labels: readonly EndLabel[];
}

/** Lines with a name of their own: seeds of one setting share theirs, bands have none. */
const namedLines = (series: readonly Series[]): Series[] =>
  series.filter(({ band, label }, i) => !band && i === series.findIndex((one) => one.label === label && !one.band));

/** First part of a label: "pass@8, groups with a signal" becomes "pass@8". */
const shortLabel = (label: string): string => {
  const [first = ''] = label.split(',');
  const most = Math.floor(MOST_LABEL / CHARACTER);
  return first.length > most ? `${first.slice(0, most - 1)}…` : first;
};

const lastValue = ({ points }: Drawn, series: Series): number | null => {
  for (let i = points.length - 1; i >= 0; i--) {
    const value = points[i]![lineKey(series)];
    if (typeof value === 'number') return value;
  }
  return null;
};

/** Labels moved up and down until none covers another. */
function spread(labels: EndLabel[]): EndLabel[] {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  let lowest = MARGIN.top;
  const placed = sorted.map((label) => {
    const y = Math.max(lowest, label.y);
    lowest = y + LABEL_HEIGHT;
    return { ...label, y };
  });
  const over = Math.max(0, lowest - LABEL_HEIGHT - (HEIGHT - MARGIN.bottom));
  return placed.map((label) => ({ ...label, y: label.y - over }));
}

/** Pixel of an x. */
export const atX = ({ width, right, x: { domain } }: Frame, x: number): number => {
  const [low, high] = domain;
  return MARGIN.left + ((width - MARGIN.left - right) * (x - low)) / (high - low || 1);
};

/** X of a pixel. */
export const xAt = ({ width, right, x: { domain } }: Frame, pixel: number): number => {
  const [low, high] = domain;
  return low + ((high - low) * (pixel - MARGIN.left)) / Math.max(1, width - MARGIN.left - right);
};

export function frameOf(drawn: Drawn, series: readonly Series[], width: number, limits?: Limits): Frame {
  const named = namedLines(series);
  const y = valueTicks(drawn.y, limits);
  const [low, high] = y.domain;
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const labels = named.flatMap((one): EndLabel[] => {
    const value = lastValue(drawn, one);
    if (value === null) return [];
    return [
      { text: shortLabel(one.label), color: one.color, y: MARGIN.top + (height * (high - value)) / (high - low) },
    ];
  });
  const longest = Math.max(0, ...labels.map(({ text }) => text.length));
  const right = labels.length === 0 ? 12 : 10 + longest * CHARACTER;
  const x = drawn.x ?? [0, 1];
  const isWhole = drawn.points.every((point) => Number.isInteger(point.x));
  const room = Math.max(1, Math.floor((width - MARGIN.left - right) / TICK_WIDTH));
  return {
    width,
    right,
    // one point lies in the middle
    x: { domain: x[0] === x[1] ? [x[0] - 1, x[1] + 1] : x, ticks: stepTicks(x, isWhole, room) },
    y,
    labels: spread(labels),
  };
}
