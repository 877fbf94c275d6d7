import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { topics } from '@nextcart/contracts';
import type { Dataset } from '@nextcart/datasets';
import type { Kafka, RegistryClient } from '@nextcart/kafka';
import type { Clock } from '@nextcart/runtime';
import type { Checkpoint } from './checkpoint.ts';
import { createEventSender } from './event-sender.ts';
import { integer } from './print.ts';
import { createLateProgress, type PreparationLine, type Progress } from './progress.ts';
import { type Speed, sendCatalog, sendEvents } from './send-dataset.ts';

export interface ImportDeps {
  readonly dataset: Dataset;
  /** Where its files are: with its name, what a checkpoint belongs to. */
  readonly path: string;
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly speed: Speed;
  readonly restart: boolean;
  /** False: the catalogue alone. */
  readonly events: boolean;
  readonly topicPrefix: string;
  readonly checkpoint: (name: string) => Checkpoint;
  readonly preparation: PreparationLine;
  /** Called when the first event is there. */
  readonly progress: (total: number | undefined, from: number) => Progress;
  readonly say: (text: string) => void;
}

export interface ImportResult {
  /** Items sent now. */
  readonly items: number;
  /** Events of the set that the topic has, of this and earlier runs. */
  readonly events: number;
  readonly stopped: boolean;
}

/** A recreated topic has none of the events, so its id belongs to the checkpoint's name. */
const checkpointName = (source: string, path: string, topicId: string): string => {
  const place = createHash('sha256')
    .update(`${resolve(path)} ${topicId}`)
    .digest('hex')
    .slice(0, 12);
  return `import-${source}-${place}`;
};

/**
 * Sends a data set's catalogue, then its events from where an earlier run was stopped. What the broker acknowledged is
 * remembered after each chunk, so after a kill at most one chunk is sent twice (cleaning finds those by their ids), and
 * after a stop in order nothing is. The catalogue is sent before each run: it is small, and the topic is compacted.
 */
export const importDataset = async (deps: ImportDeps): Promise<ImportResult> => {
  const { dataset, kafka, registry, clock, signal, speed, topicPrefix } = deps;
  const names = { events: `${topicPrefix}${topics.events.name}`, catalog: `${topicPrefix}${topics.catalog.name}` };
  await kafka.admin.ensureTopics([
    { ...topics.events, name: names.events },
    { ...topics.catalog, name: names.catalog },
  ]);
  const { topicId } = await kafka.admin.topic(names.events);
  const checkpoint = deps.checkpoint(checkpointName(dataset.name, deps.path, topicId));
  if (deps.restart) checkpoint.clear();
  const from = checkpoint.read();
  const producer = await kafka.createProducer();
  // a broker that is away must not keep a command that was stopped: closing gives up in the end
  signal.addEventListener('abort', () => void producer.close(), { once: true });
  try {
    const sender = await createEventSender({
      producer,
      registry,
      source: dataset.name,
      ownClock: true,
      topicNames: names,
    });
    const items = await sendCatalog(dataset, sender, signal, deps.preparation);
    if (!deps.events || signal.aborted) return { items, events: from, stopped: signal.aborted };
    if (from > 0)
      deps.say(
        `${dataset.name}: going on after ${integer(from)} events that an earlier run sent (--restart begins anew)`,
      );
    const events = await sendEvents({
      dataset,
      sender,
      from,
      speed,
      clock,
      signal,
      preparation: deps.preparation,
      progress: createLateProgress(() => deps.progress(dataset.total, from)),
      sent: (count) => checkpoint.write(count),
    });
    return { items, events, stopped: signal.aborted };
  } finally {
    await producer.close();
  }
};
