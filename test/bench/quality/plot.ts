import type { Curve } from './quality-bench.ts';

const SIZE = { width: 640, height: 360, left: 64, right: 150, top: 24, bottom: 40 } as const;
const COLOURS = ['#1b6ca8', '#c8553d', '#588b3f', '#8a5a9e', '#b08900', '#444444'];
const TICKS = 4;

/** Validation quality over epochs as an SVG, a line a curve. */
export const plotCurves = (curves: readonly Curve[], title: string): string => {
  const values = curves.flatMap(({ quality }) => quality);
  const epochs = Math.max(2, ...curves.map(({ quality }) => quality.length));
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const range = high > low ? high - low : 1;
  const x = (epoch: number) => SIZE.left + ((epoch - 1) / (epochs - 1)) * (SIZE.width - SIZE.left - SIZE.right);
  const y = (value: number) =>
    SIZE.height - SIZE.bottom - ((value - low) / range) * (SIZE.height - SIZE.top - SIZE.bottom);
  const text = (at: { x: number; y: number; anchor?: string; colour?: string }, words: string) =>
    `<text x="${at.x.toFixed(1)}" y="${at.y.toFixed(1)}" text-anchor="${at.anchor ?? 'start'}" fill="${at.colour ?? '#444'}">${escape(words)}</text>`;
  const grid = Array.from({ length: TICKS + 1 }, (_, tick) => {
    const value = low + (range * tick) / TICKS;
    const line = `<line x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#ddd"/>`;
    return line + text({ x: SIZE.left - 6, y: y(value) + 4, anchor: 'end' }, value.toFixed(4));
  });
  const lines = curves.map(({ name, quality }, at) => {
    const colour = COLOURS[at % COLOURS.length] as string;
    const points = quality.map((value, epoch) => `${x(epoch + 1).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    const last = quality.at(-1) ?? low;
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>${text({ x: x(quality.length) + 6, y: y(last) + 4, colour }, name)}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text({ x: SIZE.left, y: 16 }, title),
    ...grid,
    text({ x: SIZE.left, y: SIZE.height - 22, anchor: 'middle' }, '1'),
    text({ x: x(epochs), y: SIZE.height - 22, anchor: 'middle' }, String(epochs)),
    text({ x: (SIZE.left + x(epochs)) / 2, y: SIZE.height - 8, anchor: 'middle' }, 'epoch'),
    ...lines,
    '</svg>',
    '',
  ].join('\n');
};

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
