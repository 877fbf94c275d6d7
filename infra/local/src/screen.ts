import type { Env } from './urls.ts';

/** To the first column, and what stands on the line goes. */
export const START_OF_LINE = '\r\u001b[K';
const TOP = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

/** Whether what is written can be drawn over: Emacs' shell, for one, says that it can't. */
export const isScreen = (out: NodeJS.WriteStream, env: Env): boolean => out.isTTY && env['TERM'] !== 'dumb';

/** A terminal that the live list and the feed's status share: the status is the last line, and redrawn there. */
export interface Screen {
  /** Of the program whose pages are shown: it writes into a pipe, and may use the terminal's colours. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes the place of everything before. A text of one line is no page: it takes none. */
  page(text: string): void;
  status(text: string): void;
}

/** Draws nothing once the signal is aborted: then others say how everything ends. */
export const createScreen = (out: NodeJS.WriteStream, signal: AbortSignal): Screen => {
  let status = '';
  // cut at the edge: a line that wraps is not redrawn in place
  const lastLine = () => `${START_OF_LINE}${status.slice(0, (out.columns || 80) - 1)}`;
  const draw = (text: string) => {
    if (!signal.aborted) out.write(text + lastLine());
  };
  return {
    env: out.hasColors() ? { FORCE_COLOR: '1' } : {},
    page: (text) => {
      const start = text.trimEnd().includes('\n') ? TOP : START_OF_LINE;
      draw(start + text.replaceAll('\n', `${REST_OF_LINE}\n`) + REST_OF_SCREEN);
    },
    status: (text) => {
      if (text === status) return;
      status = text;
      draw('');
    },
  };
};
