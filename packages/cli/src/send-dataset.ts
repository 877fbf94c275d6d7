import type { Dataset, DatasetRecord, Tell } from '@nextcart/datasets';
import type { Clock } from '@nextcart/runtime';
import type { EventSender } from './event-sender.ts';
import type { PreparationLine, Progress } from './progress.ts';

/** Records a send: large enough to batch, small enough that a stop repeats little. */
const CHUNK = 2000;
/** How far ahead of its pace a replay may run: the unit of its waiting. */
const SLICE_MS = 100;
/** A wait is cut into such pieces, so that a person sees that it is one. */
const LOOK_MS = 1000;

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
 * The records of a reading until the signal. What the reading does before it has a record is told to the line; there,
 * too, a stop ends it at once.
 */
async function* untilStopped(
  read: (tell: Tell) => AsyncIterable<DatasetRecord>,
  signal: AbortSignal,
  line: PreparationLine | undefined,
): AsyncGenerator<DatasetRecord> {
  const tell: Tell = (preparation) => {
    signal.throwIfAborted();
    line?.tell(preparation);
  };
  try {
    for await (const record of read(tell)) {
      if (signal.aborted) return;
      line?.clear();
      yield record;
    }
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    line?.clear();
  }
}

/**
 * Sends a data set's events from number `from` on, at its own clock times the speed.
 * `sent(n)` is called with the count of events of the whole set that the broker has: what a checkpoint records.
 * Ends where the signal is aborted: from then on nothing is handed over. Returns the count.
 * `progress` hears of the first record before it is sent: the run begins there, not with the search for it.
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
  preparation?: PreparationLine;
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
  const waitUntil = async (due: number) => {
    for (let ms = due - clock.monotonic(); ms > 0 && !signal.aborted; ms = due - clock.monotonic()) {
      progress.update(count, ms);
      await clock.sleep(Math.min(ms, LOOK_MS), signal).catch(() => undefined);
    }
  };
  let begun = false;
  for await (const record of untilStopped((tell) => dataset.events(deps.from, tell), signal, deps.preparation)) {
    if (!begun) progress.update(count);
    begun = true;
    if (speed !== 'max') {
      origin ??= { shop: record.clock, real: clock.monotonic() };
      const due = origin.real + (record.clock - origin.shop) / speed;
      if (due > clock.monotonic() + SLICE_MS) {
        await flush();
        await waitUntil(due);
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
export const sendCatalog = async (
  dataset: Dataset,
  sender: EventSender,
  signal: AbortSignal,
  preparation?: PreparationLine,
): Promise<number> => {
  let chunk: DatasetRecord[] = [];
  let count = 0;
  const flush = async () => {
    if (chunk.length === 0 || signal.aborted) return;
    await sender.send(chunk);
    count += chunk.length;
    chunk = [];
  };
  for await (const record of untilStopped((tell) => dataset.catalog(tell), signal, preparation)) {
    chunk.push(record);
    if (chunk.length >= CHUNK) await flush();
  }
  await flush();
  return count;
};
