/** Files of a chart: its data as CSV, its picture as SVG and PNG. */
import { type ChartData, type Series, valueKeys } from './series';

/** Name of a file without its ending. */
export const fileName = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'chart';

const field = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** All points, exact, as RFC 4180 has it. */
export function csvOf(data: ChartData, series: readonly Series[], xLabel: string): string {
  const columns = valueKeys(series);
  const lines = [[xLabel.replace(/,$/, ''), ...columns.map(({ label }) => label)].map(field).join(',')];
  for (let i = 0; i < data.length; i++)
    lines.push([data.x(i), ...columns.map(({ key }) => data.value(i, key) ?? '')].join(','));
  return `${lines.join('\r\n')}\r\n`;
}

/** Space above the plot, for the title, pixels. */
const TITLE = 28;
/** Pixels of the PNG for each pixel of the page. */
const SCALE = 2;

/** Geometry of the drawn elements, by tag. */
const GEOMETRY = {
  path: ['d'],
  line: ['x1', 'y1', 'x2', 'y2'],
  circle: ['cx', 'cy', 'r'],
  rect: ['x', 'y', 'width', 'height'],
  text: [],
} as const;
const STYLES = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray'] as const;
const TEXT_STYLES = ['fill', 'font-size', 'font-weight', 'font-family'] as const;

/** One drawn element with its computed style, free of the page. */
interface Shape {
  readonly tag: keyof typeof GEOMETRY;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

function shapeOf(element: SVGElement): Shape {
  const tag = element.tagName as Shape['tag'];
  const style = getComputedStyle(element);
  const attributes: Record<string, string> = {};
  for (const name of GEOMETRY[tag]) attributes[name] = element.getAttribute(name) ?? '0';
  for (const name of tag === 'text' ? TEXT_STYLES : STYLES)
    attributes[name] = style.getPropertyValue(name).replaceAll('"', "'");
  if (element instanceof SVGTextElement && element.getNumberOfChars() > 0) {
    // the first letter on its baseline, whatever the anchor
    const { x, y } = element.getStartPositionOfChar(0);
    Object.assign(attributes, { x: String(x), y: String(y) });
  }
  return { tag, attributes, text: tag === 'text' ? (element.textContent ?? '') : '' };
}

/** Background and title, then the lines, then marks and labels. Hairlines are no part of the picture. */
function pictureOf(figure: HTMLElement, title: string): Picture {
  const layers = [...figure.querySelectorAll<SVGSVGElement>('svg.recharts-surface, [role=slider] > svg')];
  const { width = 0, height = 0 } = layers[0]?.getBoundingClientRect() ?? {};
  const { color, fontFamily } = getComputedStyle(figure);
  const fill = getComputedStyle(figure.closest('section') ?? document.body).backgroundColor;
  const font = { 'font-size': '14px', 'font-weight': '600', 'font-family': fontFamily.replaceAll('"', "'") };
  const drawn = layers.flatMap((layer) => [...layer.querySelectorAll<SVGElement>(Object.keys(GEOMETRY).join(', '))]);
  return {
    width,
    height,
    shapes: [
      {
        tag: 'rect',
        attributes: { x: '0', y: String(-TITLE), width: String(width), height: String(height + TITLE), fill },
        text: '',
      },
      { tag: 'text', attributes: { x: '12', y: '-9', fill: color, ...font }, text: title },
      ...drawn.filter((element) => !element.dataset.playhead && !element.closest('defs')).map(shapeOf),
    ],
  };
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** Picture of a chart with its title, in the colours of the page. */
export function svgOf(figure: HTMLElement, title: string): string {
  const { width, height, shapes } = pictureOf(figure, title);
  const elements = shapes.map(({ tag, attributes, text }) => {
    const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
    return `<${tag}${written.join('')}>${escaped(text)}</${tag}>\n`;
  });
  const box = `width="${width}" height="${height + TITLE}" viewBox="0 ${-TITLE} ${width} ${height + TITLE}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box}>\n${elements.join('')}</svg>\n`;
}

function outline({ tag, attributes }: Shape): Path2D {
  if (tag === 'path') return new Path2D(attributes.d);
  const [a = 0, b = 0, c = 0, d = 0] = GEOMETRY[tag].map((name) => Number(attributes[name]));
  const path = new Path2D();
  if (tag === 'rect') path.rect(a, b, c, d);
  else if (tag === 'circle') path.arc(a, b, c, 0, 2 * Math.PI);
  else {
    path.moveTo(a, b);
    path.lineTo(c, d);
  }
  return path;
}

/** Paints a shape. The page's policy allows no image from memory, so a canvas cannot draw the SVG itself. */
function paint(context: CanvasRenderingContext2D, shape: Shape): void {
  const { tag, attributes: style, text } = shape;
  const opacity = (name: string) => Number(style[name] ?? 1);
  context.fillStyle = style.fill ?? 'none';
  if (tag === 'text') {
    context.globalAlpha = 1;
    context.font = `${style['font-weight']} ${style['font-size']} ${style['font-family']}`;
    context.fillText(text, Number(style.x), Number(style.y));
    return;
  }
  const path = outline(shape);
  if (style.fill !== 'none' && tag !== 'line') {
    context.globalAlpha = opacity('fill-opacity');
    context.fill(path);
  }
  if (style.stroke === undefined || style.stroke === 'none') return;
  context.globalAlpha = opacity('stroke-opacity');
  context.strokeStyle = style.stroke;
  context.lineWidth = Number.parseFloat(style['stroke-width'] ?? '1');
  const dashes = style['stroke-dasharray'] ?? 'none';
  context.setLineDash(dashes === 'none' ? [] : dashes.split(/[ ,]+/).map(Number.parseFloat));
  context.stroke(path);
}

/** Picture of `svgOf` in pixels, twice as many as on the page. */
export async function pngOf(figure: HTMLElement, title: string): Promise<Blob> {
  const { width, height, shapes } = pictureOf(figure, title);
  const canvas = document.createElement('canvas');
  canvas.width = width * SCALE;
  canvas.height = (height + TITLE) * SCALE;
  const context = canvas.getContext('2d')!;
  context.scale(SCALE, SCALE);
  context.translate(0, TITLE);
  for (const shape of shapes) paint(context, shape);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser makes no PNG'))), 'image/png');
  });
}
