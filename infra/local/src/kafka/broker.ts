import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NextcartError } from '@nextcart/contracts';
import { runCommand } from '../command.ts';
import type { ServerContext } from '../server-context.ts';
import { type Supervised, supervise } from '../supervise.ts';
import { kafkaJava } from './java.ts';
import { countBrokers } from './metadata-request.ts';
import { kafkaProperties } from './properties.ts';
import { type SecuredListener, scramArguments } from './secured-listener.ts';

/** The same for every local stack: two stacks never meet. */
const CLUSTER_ID = 'bmV4dGNhcnQtbG9jYWwtMQ';
const JAVA_FLAGS = [
  '-XX:+UseSerialGC', // two cores, small heap
  '-XX:-UsePerfData', // no memory-mapped counters
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
];
/** A start takes 1–3 s; a machine with all cores busy has been seen to need far longer. */
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const FORMAT_TIMEOUT_MS = 60_000;

/** A real Kafka broker, KRaft mode, one node. */
export const createKafka = async (
  context: ServerContext,
  options: { readonly heapMb: number; readonly cache: string; readonly secured?: SecuredListener | undefined },
): Promise<Supervised> => {
  const { ports, dataDir, logsDir } = context;
  const dir = join(dataDir, 'kafka');
  const java = await kafkaJava(options.cache, context.log);
  const properties = join(dir, 'server.properties');
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    properties,
    kafkaProperties({
      port: ports.kafka,
      controllerPort: ports.kafkaController,
      logDir: join(dir, 'log'),
      secured: options.secured,
    }),
  );
  if (!existsSync(join(dir, 'log', 'meta.properties')))
    await format(java.classPath, properties, options.secured === undefined ? [] : scramArguments(options.secured));

  const server = supervise(
    {
      name: 'kafka',
      command: 'java',
      args: [
        `-Xmx${options.heapMb}m`,
        ...JAVA_FLAGS,
        ...java.archiveFlags,
        '-cp',
        java.classPath,
        'kafka.Kafka',
        properties,
      ],
      env: context.env,
      cwd: dir,
      logFile: join(logsDir, 'kafka.log'),
      isReady: async () => (await countBrokers(ports.kafka)) > 0,
      readyTimeoutMs: READY_TIMEOUT_MS,
      stopTimeoutMs: STOP_TIMEOUT_MS,
      cure: 'If its data is damaged, start with --fresh; or name a broker in KAFKA_BROKERS.',
    },
    context.pids,
    context.log,
  );
  return {
    ...server,
    // exits with 143 after an orderly SIGTERM
    async stop() {
      await server.stop();
      java.keepArchive();
    },
  };
};

const format = async (classPath: string, properties: string, more: readonly string[]): Promise<void> => {
  const result = await runCommand(
    'java',
    // a short run: the second compiler would only cost
    [
      '-XX:TieredStopAtLevel=1',
      ...JAVA_FLAGS,
      '-cp',
      classPath,
      'kafka.tools.StorageTool',
      'format',
      '--ignore-formatted',
      '-t',
      CLUSTER_ID,
      '-c',
      properties,
      ...more,
    ],
    { timeoutMs: FORMAT_TIMEOUT_MS },
  );
  if (!result.ok)
    throw new NextcartError('missing_server', `Kafka's storage could not be formatted: ${result.output.trim()}`, {
      retry: false,
    });
};
