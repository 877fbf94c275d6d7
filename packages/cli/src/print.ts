import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colour only where a person looks: styleText drops it for pipes and NO_COLOR. */
export const paint = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

export const say = (text = ''): void => void process.stdout.write(`${text}\n`);
export const warn = (text: string): void => void process.stderr.write(`${text}\n`);

const escape = String.fromCharCode(27);
const visible = (text: string): number => text.replaceAll(new RegExp(`${escape}\\[[0-9;]*m`, 'g'), '').length;

/** Rows under headings; columns that hold only numbers are right-aligned. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = headings.map((heading, c) => Math.max(visible(heading), ...rows.map((row) => visible(row[c] ?? ''))));
  const numeric = headings.map((_, c) => rows.length > 0 && rows.every((row) => /^[-\d.,%]*$/.test(row[c] ?? '')));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) => {
        const gap = ' '.repeat(Math.max(0, (widths[c] ?? 0) - visible(cell)));
        return numeric[c] ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return [paint('dim', line(headings)), ...rows.map(line)].join('\n');
};

export const integer = (value: number): string => value.toLocaleString('en-US');
