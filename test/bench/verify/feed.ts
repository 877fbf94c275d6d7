import { setTimeout as sleep } from 'node:timers/promises';
import { createEventSender } from '@nextcart/cli';
import { groups, topics } from '@nextcart/contracts';
import type { DatasetRecord } from '@nextcart/datasets';
import type { OwnServers } from '../harness/own-servers.ts';

/** Events that may wait for the scorer: so few that a subject's next event hardly ever joins one that waits. */
const MOST_BEHIND = 3000;
const CHUNK = 500;
const POLL_MS = 20;

/** Events that the scorer has not answered. */
const behind = async ({ kafka }: OwnServers): Promise<number> => {
  const committed = await kafka.admin.committed(groups.scorer, topics.events.name);
  let sum = 0;
  for (const { partition, start, end } of await kafka.admin.offsets(topics.events.name))
    sum += end - (committed.get(partition)?.offset ?? start);
  return sum;
};

/** The shop's records, changes of its catalogue among them, no faster than lists are made of them. */
export const openFeed = async (servers: OwnServers, records: Iterator<DatasetRecord>) => {
  const producer = await servers.kafka.createProducer();
  const sender = await createEventSender({ producer, registry: servers.registry, ownClock: true });
  let known = 0; // what was behind when it was last looked at, and all sent since
  const roomFor = async (more: number) => {
    while (known + more > MOST_BEHIND) {
      known = await behind(servers);
      if (known + more > MOST_BEHIND) await sleep(POLL_MS);
    }
    known += more;
  };
  return {
    /** Sends the next events. */
    send: async (events: number, onSent: (events: number) => void): Promise<void> => {
      for (let sent = 0; sent < events; ) {
        const chunk: DatasetRecord[] = [];
        let taken = 0;
        while (taken < Math.min(CHUNK, events - sent)) {
          const next = records.next();
          if (next.done === true) throw new Error('the shop ended before it had made all events');
          chunk.push(next.value);
          if (next.value.topic === 'events') taken += 1;
        }
        await roomFor(taken);
        await sender.send(chunk);
        sent += taken;
        onSent(sent);
      }
    },
    /** Resolves when every event is answered. */
    answered: async (): Promise<void> => {
      while ((await behind(servers)) > 0) await sleep(POLL_MS);
    },
    close: () => producer.close(),
  };
};
