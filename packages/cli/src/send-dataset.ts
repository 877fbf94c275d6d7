import type { Dataset, DatasetRecord } from '@nextcart/datasets';
import type { Clock } from '@nextcart/runtime';
import type { EventSender } from './event-sender.ts';
import type { Progress } from './progress.ts';

/** Records a send: large enough to batch, small enough that a stop repeats little. */
const CHUNK = 2000;
/** How far ahead of its pace a replay may run: the unit of its waiting. */
const SLICE_MS = 100;

/** 'max', or shop seconds per real second. */
export type Speed = 'max' | number;

/** '3600x' | 'max' | '1x'. Throws with the accepted forms. */
export const parseSpeed = (text: string): Speed => {
  if (text === 'max') return 'max';
  const match = /^(\d+(?:\.\d+)?)x?$/.exec(text);
  if (match === null || Number(match[1]) <= 0)
    throw new Error(`--speed takes 'max' or a factor such as 60x, not '${text}'`);
  return Number(match[1]);
};

/**
 * Sends a data set's events from number `from` on, at its own clock times the speed.
 * `sent(n)` is called with the count of events of the whole set that the broker has: what a checkpoint records.
 * Ends where the signal is aborted: from then on nothing is handed over. Returns the count.
 */
export const sendEvents = async (deps: {
  dataset: Dataset;
  sender: EventSender;
  from: number;
  speed: Speed;
  /** The shop's time that is now, epoch ms: what lies before it is sent at once. Absent: that of the first event. */
  now?: number;
  clock: Clock;
  signal: AbortSignal;
  progress: Progress;
  sent(count: number): void;
}): Promise<number> => {
  const { dataset, sender, speed, clock, signal, progress } = deps;
  let count = deps.from;
  let chunk: DatasetRecord[] = [];
  let origin = deps.now === undefined ? undefined : { shop: deps.now, real: clock.monotonic() };

  const flush = async () => {
    if (chunk.length === 0 || signal.aborted) return;
    await sender.send(chunk);
    count += chunk.length;
    chunk = [];
    deps.sent(count);
    progress.update(count);
  };
  for await (const record of dataset.events(deps.from)) {
    if (speed !== 'max') {
      origin ??= { shop: record.clock, real: clock.monotonic() };
      const due = origin.real + (record.clock - origin.shop) / speed;
      if (due > clock.monotonic() + SLICE_MS) {
        await flush();
        await clock.sleep(Math.max(0, due - clock.monotonic()), signal).catch(() => undefined);
      }
    }
    if (signal.aborted) break;
    chunk.push(record);
    if (chunk.length >= CHUNK) await flush();
  }
  await flush();
  progress.end(count);
  return count;
};

/** Sends the whole catalogue, or until the signal is aborted; resolves with the number of items. */
export const sendCatalog = async (dataset: Dataset, sender: EventSender, signal: AbortSignal): Promise<number> => {
  let chunk: DatasetRecord[] = [];
  let count = 0;
  const flush = async () => {
    if (chunk.length === 0 || signal.aborted) return;
    await sender.send(chunk);
    count += chunk.length;
    chunk = [];
  };
  for await (const record of dataset.catalog()) {
    if (signal.aborted) break;
    chunk.push(record);
    if (chunk.length >= CHUNK) await flush();
  }
  await flush();
  return count;
};
