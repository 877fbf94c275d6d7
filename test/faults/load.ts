import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultSystem } from './fault-system.ts';

/** Events that keep coming while things break. */
export interface Load {
  /** Ids of the events that the broker has acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Records that the broker has acknowledged. */
  sent(): number;
  /** Sends nothing while `work` lasts: some of a service's steps are taken only when nothing comes. */
  quietDuring<T>(work: () => Promise<T>): Promise<T>;
  isQuiet(): boolean;
  /** Resolves when the broker has all that was sent; rejects where sending failed. */
  stop(): Promise<void>;
}

const TICK_MS = 100;
/** Busy and quiet in turns, as shops are; a service that is slow may not see the quiet. */
const BUSY_TICKS = 50;
const QUIET_MS = 2500;

export const startLoad = ({ sender, nextEvent }: FaultSystem, perSecond: number): Load => {
  const acknowledged = new Set<string>();
  let sent = 0;
  let wanted = true;
  let quiet = 0;
  const run = async (): Promise<void> => {
    for (let tick = 1; wanted; tick += 1) {
      if (quiet > 0) {
        await sleep(TICK_MS);
        continue;
      }
      const records = Array.from({ length: Math.ceil((perSecond * TICK_MS) / 1000) }, nextEvent);
      await sender.send(records);
      sent += records.length;
      for (const { event } of records) if (event !== undefined) acknowledged.add(event.eventId);
      await sleep(tick % BUSY_TICKS === 0 ? QUIET_MS : TICK_MS);
    }
  };
  const running = run();
  running.catch(() => {}); // told by stop
  return {
    acknowledged,
    sent: () => sent,
    isQuiet: () => quiet > 0,
    quietDuring: async (work) => {
      quiet += 1;
      try {
        return await work();
      } finally {
        quiet -= 1;
      }
    },
    stop: async () => {
      wanted = false;
      await running;
    },
  };
};
