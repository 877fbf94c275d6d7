/**
 * A set in files as a `Dataset`.
 * - One count for all sets: the events are counted by the first pass that sees all of them, be it the catalogue's, the
 *   one before sorting, or in the end the events' own. So nothing is read only to be counted.
 * - While a pass has nothing to give it tells how many bytes it has read, compressed ones where the file is compressed.
 */
import { statSync } from 'node:fs';
import type { BehaviourEvent, CatalogItem } from '@nextcart/contracts';
import type { Dataset, Tell } from '../dataset.ts';
import { eventRecords, itemRecords } from './event-record.ts';

/** What a pass over files says on its way. */
export interface Pass {
  /** So many bytes more were read from the disk. */
  bytes(more: number): void;
  /** The set has so many events in all. */
  counted(events: number): void;
}

interface Source<T> {
  /** Paths that `read` reads from beginning to end. */
  readonly files: readonly string[];
  read(pass: Pass): AsyncIterable<T>;
}

export const createFileDataset = (parts: {
  readonly name: string;
  readonly catalog: Source<CatalogItem>;
  /** A set that is not sorted says no bytes: its records come as they are read. */
  readonly events: Source<BehaviourEvent>;
}): Dataset => {
  const { name, catalog, events } = parts;
  let total: number | undefined;
  const counted = (count: number) => {
    total = count;
  };
  const pass = (what: string, files: readonly string[], tell: Tell | undefined): Pass => {
    const all = files.reduce((sum, file) => sum + statSync(file).size, 0);
    let done = 0;
    return {
      counted,
      bytes: (more) => {
        done += more;
        tell?.({ what, done, total: all });
      },
    };
  };
  return {
    name,
    get total() {
      return total;
    },
    catalog: (tell) => itemRecords(catalog.read(pass('reading the catalogue', catalog.files, tell))),
    events: async function* (from, tell) {
      const read = events.read(pass('reading and sorting', events.files, tell));
      counted(yield* eventRecords(read, from, tell));
    },
  };
};
