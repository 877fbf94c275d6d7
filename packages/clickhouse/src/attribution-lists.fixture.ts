/** Hand-made rows of `lists` for tests of what lists led to. */
import type { ListSource } from '@nextcart/contracts';
import type { Store } from './store.ts';
import { TOPIC_ID } from './test-events.fixture.ts';

export interface TestList {
  readonly recommId: string;
  readonly subject: string;
  readonly release?: string;
  /** [item, source], best first. */
  readonly items: readonly (readonly [string, ListSource])[];
  readonly snapshots?: Readonly<Record<string, string>>;
  readonly deleted?: boolean;
}

export const insertTestLists = (store: Store, lists: readonly TestList[]): Promise<void> =>
  store.insertRows(
    'lists',
    lists.map(({ recommId, subject, release = 'r1', items, snapshots = {}, deleted = false }, offset) => ({
      ...{ topic_id: TOPIC_ID, partition: 0, offset, outcome: 'accepted', deleted, subject, release, snapshots },
      recomm_id: recommId,
      items: items.map(([item_id, source]) => ({ item_id, source, score: 1 })),
    })),
  );
