import { type EventSequences, NO_ITEM } from './events.ts';

export interface RecentItems {
  readonly lags: number;
  /**
   * [chosen · lags], for each event the last items of its sequence up to it, newest first, `NO_ITEM` where there are
   * fewer and for event −1. Good until the next call.
   */
  of(chosen: Int32Array): Int32Array;
}

export const createRecentItems = ({ rowStart, items }: EventSequences, lags: number): RecentItems => {
  // first event of each event's sequence; nothing is looked up where there are no lags
  const first = new Int32Array(lags > 0 ? items.length : 0);
  if (lags > 0)
    for (let row = 0; row + 1 < rowStart.length; row += 1)
      first.fill(rowStart[row] as number, rowStart[row], rowStart[row + 1]);
  let found = new Int32Array(0);
  return {
    lags,
    of: (chosen) => {
      if (found.length !== chosen.length * lags) found = new Int32Array(chosen.length * lags);
      found.fill(NO_ITEM);
      for (let row = 0; row < chosen.length && lags > 0; row += 1) {
        const event = chosen[row] as number;
        let place = row * lags;
        for (let at = event; at >= (first[event] ?? 0) && place < (row + 1) * lags; at -= 1)
          if (items[at] !== NO_ITEM) {
            found[place] = items[at] as number;
            place += 1;
          }
      }
      return found;
    },
  };
};
