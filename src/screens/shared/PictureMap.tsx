/** Points in a plane and the lines between them: a tour, a map. y grows downwards. */
import type { MapPicture, Tone } from '../../tasks/picture';
import styles from './PictureMap.module.css';

/** Sizes of the drawing, in its own pixels. */
const WIDTH = 360;
const MARGIN = 34;
const RADIUS = 13;
/** Range of the height. */
const HEIGHTS = [60, 320] as const;
/** Longest text inside its point, characters. */
const INSIDE = 2;
/** Place of a label along its line. In the middle, labels of a ring's diagonals would overlap. */
const LABEL_AT = 0.4;

interface Stroke {
  readonly color: string;
  readonly width: number;
  readonly dash?: string;
}
const STROKES: Readonly<Record<Tone, Stroke>> = {
  plain: { color: 'var(--text)', width: 1.5 },
  muted: { color: 'var(--grey)', width: 1 },
  good: { color: 'var(--teal)', width: 3.5 },
  bad: { color: 'var(--red)', width: 3.5, dash: '7 5' },
  accent: { color: 'var(--violet)', width: 2.5, dash: '10 3 2 3' },
};
const strokeOf = (tone: Tone) => {
  const { color, width, dash } = STROKES[tone];
  return { stroke: color, strokeWidth: width, ...(dash ? { strokeDasharray: dash } : {}) };
};

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Places of the points in the drawing, in the same scale both ways. */
export function placesOf(points: readonly Place[]): { places: Place[]; height: number } {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [wide, high] = [Math.max(0, ...xs.map((x) => x - left)), Math.max(0, ...ys.map((y) => y - top))];
  const room = { x: WIDTH - 2 * MARGIN, y: HEIGHTS[1] - 2 * MARGIN };
  const scale = Math.min(wide > 0 ? room.x / wide : Infinity, high > 0 ? room.y / high : Infinity);
  const across = Number.isFinite(scale) ? scale : 0;
  const height = Math.max(HEIGHTS[0], high * across + 2 * MARGIN);
  const offset = { x: (WIDTH - wide * across) / 2, y: (height - high * across) / 2 };
  return {
    places: points.map(({ x, y }) => ({ x: offset.x + (x - left) * across, y: offset.y + (y - top) * across })),
    height,
  };
}

export function PictureMap({ points, lines, caption }: MapPicture & { readonly caption: string }) {
  const { places, height } = placesOf(points);
  const ends = lines.map(({ ends: [a, b], mark }) => ({ a: places[a] as Place, b: places[b] as Place, mark }));
  return (
    <svg className={styles.map} viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={caption}>
      {ends.map(({ a, b, mark }, i) => (
        <line key={i} x1={a.x} y1={a.y} x2={b.x} y2={b.y} {...strokeOf(mark.tone)} />
      ))}
      {ends.map(
        ({ a, b, mark }, i) =>
          mark.text && (
            <text
              key={i}
              className={styles[mark.tone]}
              x={a.x + LABEL_AT * (b.x - a.x)}
              y={a.y + LABEL_AT * (b.y - a.y)}
            >
              {mark.text}
            </text>
          ),
      )}
      {points.map(({ mark }, i) => {
        const { x, y } = places[i] as Place;
        const inside = mark.text.length <= INSIDE;
        return (
          <g key={i}>
            <circle cx={x} cy={y} r={inside ? RADIUS : RADIUS / 2} fill="var(--panel)" {...strokeOf(mark.tone)} />
            <text className={styles.point} x={x} y={inside ? y : y + RADIUS + 6}>
              {mark.text}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
