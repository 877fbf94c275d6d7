import { Command } from 'commander';
import { withConnections } from '../connect.ts';
import { readCurrentList } from '../current-lists.ts';
import { paint, say } from '../print.ts';
import { renderList, renderNextPurchases, renderOrigin } from '../render-list.ts';
import { followTitles } from '../titles.ts';
import { wholeNumber } from '../whole-number.ts';

/** `nextcart recommend USER`: the current list, read from the topic alone. */
export const recommendCommand = (): Command =>
  new Command('recommend')
    .description("a subject's current list from the topic, with titles and reasons")
    .argument('<subject>', "a userId or visitorId; '*' for the strangers' list, 'item:ID' for similar items")
    .option('--top <n>', 'how many items', wholeNumber('--top'), 10)
    .option('--json', 'the whole list as JSON, money as decimal text')
    .action((subject: string, options: { top: number; json?: true }) =>
      withConnections(async ({ kafka }) => {
        const list = await readCurrentList(kafka(), subject);
        if (list === null) {
          throw new Error(
            `no list for '${subject}': it has sent no event yet, was forgotten, or the scorer lags (see: nextcart doctor). Everybody without a list gets '*'.`,
          );
        }
        if (options.json) {
          say(
            JSON.stringify(list, (_, v: unknown) => (typeof v === 'bigint' ? (Number(v) / 10_000).toFixed(4) : v), 2),
          );
          return;
        }
        const { titles, tail } = await followTitles(kafka());
        say(paint('bold', `${subject}: ${list.items.length} items, top ${Math.min(options.top, list.items.length)}`));
        for (const line of renderList(list, { titles, top: options.top })) say(line);
        for (const line of renderNextPurchases(list, titles)) say(line);
        say(paint('dim', renderOrigin(list)));
        await tail.close();
      }),
    );
