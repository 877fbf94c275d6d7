import { type DeadLetter, deadLetterCodec, topics, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import { Command } from 'commander';
import { withConnections } from '../connect.ts';
import { integer, say, table } from '../print.ts';
import { replayDeadLetters } from '../replay-dead-letters.ts';

const list = () =>
  withConnections(async ({ kafka }) => {
    const counts = new Map<string, { count: number; last: DeadLetter }>();
    const codec = deadLetterCodec();
    const seen = new Set<string>();
    const tail = await kafka().tail({
      topic: topics.deadLetters.name,
      from: 'start',
      onRecords: async (_partition, records) => {
        for (const { key, value } of records) {
          const position = key?.toString();
          // a batch that was planned again after a crash writes its dead letters again, under the same key
          if (value === null || position === undefined || seen.has(position)) continue;
          seen.add(position);
          const letter = codec.decode(value.subarray(WIRE_HEADER_BYTES));
          const kind = `${letter.topic}|${letter.reason}|${letter.fieldPath}`;
          counts.set(kind, { count: (counts.get(kind)?.count ?? 0) + 1, last: letter });
        }
      },
    });
    await tail.caughtUp;
    await tail.close();
    if (counts.size === 0) return say('no dead letters');
    const rows = [...counts.values()]
      .toSorted((a, b) => b.count - a.count)
      .map(({ count, last }) => [
        last.topic,
        last.reason,
        last.fieldPath,
        integer(count),
        `${last.partition}:${last.offset}`,
      ]);
    say(table(['topic', 'reason', 'field', 'records', 'last at'], rows));
  });

/** `nextcart dead-letters`: what was quarantined and why; `replay` sends it again after the cause is mended. */
export const deadLettersCommand = (): Command =>
  new Command('dead-letters')
    .description('quarantined records by reason, and their replay')
    .addCommand(new Command('list').description('count them by topic, reason and field').action(list), {
      isDefault: true,
    })
    .addCommand(
      new Command('replay')
        .description(
          'send each once more to its topic, those not replayed before; a record that is still bad comes back',
        )
        .option('--reason <code>', 'only this reason')
        .action((options: { reason?: string }) =>
          withConnections(async ({ kafka }) => {
            const { sent, skipped } = await replayDeadLetters(kafka(), options.reason);
            say(`sent ${integer(sent)} again, left ${integer(skipped)}`);
          }),
        ),
    );
