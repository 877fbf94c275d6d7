import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '@nextcart/local';
import { succeed } from './run-program.ts';
import type { System } from './system.ts';

/** Clients that share no code with nextcart: Python (confluent-kafka, fastavro) and kcat. */
const python = join(repoRoot, '.nextcart', 'venv', 'bin', 'python');
const script = join(repoRoot, 'test', 'e2e', 'shop_client.py');

/** An event as its Avro JSON; money as decimal text. */
export interface OutsideEvent {
  readonly eventId: string;
  readonly eventTime: number;
  readonly eventType: string;
  readonly visitorId?: string;
  readonly userId?: string;
  readonly sessionId?: string;
  readonly itemId?: string;
  readonly query?: string;
  readonly quantity?: number;
  readonly amount?: string;
  readonly currency?: string;
  readonly recommId?: string;
  readonly properties?: Record<string, string>;
}

export interface OutsideList {
  readonly recommId: string;
  readonly release: string;
  readonly triggerOffset: number;
  readonly partition: number;
  readonly items: readonly {
    readonly itemId: string;
    readonly title: string;
    readonly price: string | null;
    readonly reasons: readonly { readonly kind: string; readonly subject: string }[];
  }[];
}

const client = (system: System, verb: string, args: readonly string[], input = ''): Promise<string> => {
  if (!existsSync(python))
    throw new Error(
      'no .nextcart/venv: `npm test` makes it; by hand: python3 -m venv, then pip install -r test/support/requirements.txt',
    );
  const { kafkaBrokers, schemaRegistryUrl } = system.stack.urls;
  return succeed(python, [script, verb, kafkaBrokers, schemaRegistryUrl, ...args], { input });
};

const nothing = {
  visitorId: null,
  userId: null,
  sessionId: null,
  itemId: null,
  query: null,
  quantity: null,
  amount: null,
  currency: null,
  recommId: null,
  properties: {},
};

/** Sent by Python; resolves when the broker has them. */
export const sendFromPython = async (system: System, events: readonly OutsideEvent[]): Promise<void> => {
  await client(system, 'send', [], events.map((event) => JSON.stringify({ ...nothing, ...event })).join('\n'));
};

/** The newest list of a key as Python reads it from the topic alone, waiting until it holds `item`; null where there is none. */
export const readWithPython = async (
  system: System,
  key: string,
  wait: { readonly seconds: number; readonly item?: string },
): Promise<OutsideList | null> => {
  const args = [key, String(wait.seconds), ...(wait.item === undefined ? [] : [wait.item])];
  return JSON.parse(await client(system, 'read', args)) as OutsideList | null;
};
