import { registrySubject, topics } from '@nextcart/contracts';
import { Command } from 'commander';
import { withConnections } from '../connect.ts';
import { integer, say, table } from '../print.ts';

/** `nextcart topics`: what the broker holds of ours. */
export const topicsCommand = (): Command =>
  new Command('topics').description('topics, partitions, offsets and schema ids').action(() =>
    withConnections(async ({ kafka, registry }) => {
      const rows: string[][] = [];
      for (const topic of Object.values(topics)) {
        const schema = await registry().latest(registrySubject(topic.name));
        const offsets = await kafka().admin.offsets(topic.name);
        for (const { partition, start, end } of offsets.toSorted((a, b) => a.partition - b.partition)) {
          rows.push([
            topic.name,
            topic.config['cleanup.policy'],
            schema === null ? 'not registered' : `id ${schema.id} v${schema.version}`,
            String(partition),
            integer(start),
            integer(end),
          ]);
        }
      }
      say(table(['topic', 'policy', 'schema', 'partition', 'start', 'end'], rows));
    }),
  );
