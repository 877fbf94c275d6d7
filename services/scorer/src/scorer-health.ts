import type { Consumer } from '@nextcart/kafka';
import type { Health, Waiting } from '@nextcart/runtime';
import type { OwnedPartition } from './partition.ts';
import type { SubjectPool } from './subject-pool.ts';

/** A loop that did nothing for this long hangs: it heartbeats every second. */
const IDLE_MS = 30_000;

/** Ready: the catalogue is read, the assigned partitions are folded, nothing is waited for. */
export const addHealthChecks = (
  health: Health,
  parts: {
    waiting: Waiting;
    catalogue: { isCaughtUp(): boolean };
    consumer: () => Consumer | undefined;
    partitions: () => OwnedPartition[];
    pool: SubjectPool;
    release: () => string;
  },
): void => {
  const { waiting, catalogue, pool } = parts;
  health.add('servers', () => {
    const text = waiting.text();
    return { ok: text === null, detail: text === null ? 'all answer' : `waits: ${text}` };
  });
  health.add('catalogue', () => ({
    ok: catalogue.isCaughtUp(),
    detail: catalogue.isCaughtUp() ? 'read' : 'waits for the catalogue to be read to its end',
  }));
  health.add('consumer', () => {
    const consumer = parts.consumer();
    if (consumer === undefined) return { ok: false, detail: 'waits for what comes before: catalogue and snapshots' };
    const trouble = consumer.trouble();
    if (trouble !== null) return { ok: false, detail: trouble };
    const idle = consumer.idleMs();
    return {
      ok: idle < IDLE_MS,
      detail: `owns ${consumer.owned().join(',') || 'nothing'}, idle for ${Math.round(idle)} ms`,
    };
  });
  health.add('partitions', () => {
    const behind = parts.partitions().filter(({ isFolded, home }) => !isFolded() || !home.learned);
    return {
      ok: behind.length === 0,
      detail:
        behind.length === 0
          ? 'all folded'
          : behind
              .map(({ home, assignment, isFolded }) =>
                isFolded()
                  ? `partition ${home.partition} reads its lists back`
                  : `partition ${home.partition} folds ${home.next} of ${assignment.end}`,
              )
              .join('; '),
    };
  });
  // never a reason not to be ready: lists go on with the release before, or without one
  health.add('release', () => ({ ok: true, detail: parts.release() }));
  health.add('memory', () => ({
    ok: !pool.isFull(),
    detail: pool.isFull()
      ? `${pool.size} subjects, and none can go before the store has their events: is ingest running?`
      : `${pool.size} subjects`,
  }));
};
