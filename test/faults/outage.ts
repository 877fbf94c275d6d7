import { setTimeout as sleep } from 'node:timers/promises';
import { groups } from '@nextcart/contracts';
import type { ServerName } from '@nextcart/local';
import type { FaultSystem } from './fault-system.ts';
import type { FaultyService } from './faulty-service.ts';
import { registerUnasked } from './unasked-schema.ts';
import { logEnds, until, untilCommitted } from './until.ts';

/** Kills a server and brings it back after `outageMs`, later where `during` takes longer; resolves when it answers again. */
export const withoutServer = async (
  { stack }: FaultSystem,
  name: ServerName,
  outageMs: number,
  during: () => Promise<unknown> = async () => {},
): Promise<void> => {
  const server = stack.servers[name];
  if (server === undefined) throw new Error(`the stack has no ${name} of its own`);
  await server.kill9({ stayDown: true });
  try {
    await Promise.all([sleep(outageMs), during()]);
  } finally {
    await server.restart();
  }
};

const TELL_MS = 60_000;

/**
 * Asked for before a server goes; called while it is away, resolves when these words are in a trouble of the service's
 * health and in a warning that it has logged since.
 */
export const says = (service: FaultyService, words: RegExp): (() => Promise<void>) => {
  const from = service.logSize();
  const find = (texts: readonly string[]) => {
    const found = texts.find((text) => words.test(text));
    if (found === undefined) throw new Error(texts.join('\n') || 'nothing');
    return found;
  };
  const waitsFor = (where: string, read: () => Promise<readonly string[]>) =>
    until(`${service.name} to say in ${where} what it waits for`, async () => find(await read()), TELL_MS);
  return async () => {
    await waitsFor('health', async () => (await service.troubles()) ?? []);
    await waitsFor('its log', async () => service.warnings(from));
  };
};

export const allWell = async (...services: readonly FaultyService[]): Promise<void> => {
  for (const service of services)
    await until(`${service.name} to be well`, async () => ((await service.troubles())?.length === 0 ? true : null));
};

/** Ingest and the scorer come to where the log is now, and are well. Resolves with the milliseconds that it took. */
export const goOn = async ({ kafka, ingest, scorer }: FaultSystem): Promise<number> => {
  const from = performance.now();
  const ends = await until('the broker', () => logEnds(kafka));
  await Promise.all([groups.ingestEvents, groups.scorer].map((group) => untilCommitted(kafka, group, ends)));
  const tookMs = performance.now() - from;
  await allWell(ingest, scorer);
  return tookMs;
};

/** What ingest and the scorer say without a server; nothing where the path from event to list does not need it. */
const words: Readonly<Record<ServerName, Readonly<Partial<Record<'ingest' | 'scorer', RegExp>>>>> = {
  kafka: { ingest: /broker|kafka|connect/i, scorer: /broker|kafka|connect/i },
  clickhouse: { ingest: /store|clickhouse/i, scorer: /clickhouse/i },
  registry: { ingest: /registry/i, scorer: /registry/i },
  redis: {},
};

/**
 * A server away under load for `outageMs`, and all that is promised of it: who needs it says so in health and log, who does
 * not goes on; it comes back, and all go on and are well. `meanwhile` is called when everything has been said. Rejects with
 * the name of a service that is silent. Resolves with the milliseconds until the services were where the log was.
 */
export const endure = async (
  system: FaultSystem,
  name: ServerName,
  outageMs: number,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<number> => {
  const { ingest, scorer } = words[name];
  const told = [
    ...(ingest === undefined ? [] : [says(system.ingest, ingest)]),
    ...(scorer === undefined ? [] : [says(system.scorer, scorer)]),
  ];
  const unasked = name === 'registry' ? await registerUnasked(system) : null;
  await withoutServer(system, name, outageMs, async () => {
    await unasked?.send();
    await (told.length === 0 ? goOn(system) : Promise.all(told.map((say) => say())));
    await meanwhile();
  });
  return goOn(system);
};
