import { migrate } from '@nextcart/clickhouse';
import { registrySubject, schemaText, topics } from '@nextcart/contracts';
import { Command } from 'commander';
import { withConnections } from '../connect.ts';
import { say } from '../print.ts';

/** `nextcart setup`: what must be there before a service starts; safe to run again. */
export const setupCommand = (): Command =>
  new Command('setup')
    .description('create the topics, register the schemas, migrate ClickHouse (safe to repeat)')
    .action(() =>
      withConnections(async ({ kafka, registry, store, log }) => {
        const created = await kafka().admin.ensureTopics(Object.values(topics));
        say(`topics: ${created.length === 0 ? 'all there' : `created ${created.join(', ')}`}`);
        for (const topic of Object.values(topics))
          await registry().register(registrySubject(topic.name), schemaText(topic.schema));
        say(`schemas: ${Object.keys(topics).length} registered`);
        const applied = await migrate(store(), { log });
        say(`clickhouse: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`);
      }),
    );
