import {
  type BehaviourEvent,
  behaviourEventCodec,
  formatMoney,
  type RecommendationList,
  topics,
  WIRE_HEADER_BYTES,
} from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { Command } from 'commander';
import { interrupted, withConnections } from '../connect.ts';
import { decodeList, newerList } from '../current-lists.ts';
import { followShopsLoop } from '../models/follow-shops-loop.ts';
import { paint, say } from '../print.ts';
import { renderList, renderNextPurchases, renderOrigin, type Titles } from '../render-list.ts';
import { createSpotlight } from '../spotlight.ts';
import { followTitles } from '../titles.ts';
import { wholeNumber } from '../whole-number.ts';

const eventText = (event: BehaviourEvent, titles: Titles): string => {
  const what = event.query === null ? (event.itemId === null ? '' : titles(event.itemId)) : `“${event.query}”`;
  const money = event.amount === null ? '' : ` for ${formatMoney(event.amount)} ${event.currency ?? ''}`;
  return `${event.eventType} ${what}${money}`;
};

const CLEAR_SCREEN = '\u001b[H\u001b[2J';
const SHOWN_EVENTS = 6;

/** `nextcart watch`: what a subject does, and their list as it changes, live from the two topics. */
export const watchCommand = (): Command =>
  new Command('watch')
    .description("a subject's events and list, live")
    .argument('[subject]', 'a userId or visitorId; without it, --demo')
    .option('--demo', 'follow a customer who is shopping now')
    .option('--loop', 'below the list: what is learned, what the gate said, what models bring')
    .option('--top <n>', 'how many items', wholeNumber('--top'), 10)
    .action((argument: string | undefined, options: { demo?: true; loop?: true; top: number }) =>
      withConnections(async (connections) => {
        const { kafka, env } = connections;
        const signal = interrupted();
        const spotlight = createSpotlight({ share: env.SCORER_HOLD_OUT, salt: env.SCORER_HOLD_OUT_SALT });
        const { titles, tail: catalog } = await followTitles(kafka());
        const codec = behaviourEventCodec();
        const lists = new Map<string, RecommendationList>();
        let events: string[] = [];
        let shown = argument;
        let loop: readonly string[] = [];
        let redraw = () => {};
        const following = options.loop
          ? followShopsLoop(connections, signal, (lines) => {
              loop = lines;
              redraw();
            })
          : undefined;

        const draw = (list: RecommendationList, previous: RecommendationList | undefined) => {
          const head = paint('bold', `${list.subject}: what to show now`);
          const done = events.map((text, i) =>
            i === events.length - 1 ? paint('cyan', `  ${text}`) : paint('dim', `  ${text}`),
          );
          const body = renderList(list, {
            titles,
            top: options.top,
            previous: previous?.items.map((item) => item.itemId),
          });
          const next = renderNextPurchases(list, titles);
          const page = [...done, '', head, ...body, ...next, paint('dim', renderOrigin(list))];
          redraw = () => {
            const screen = [...page, ...(loop.length > 0 ? ['', ...loop] : []), ''].join('\n');
            say(process.stdout.isTTY ? CLEAR_SCREEN + screen : screen);
          };
          redraw();
        };

        const eventTail = await kafka().tail({
          topic: topics.events.name,
          from: 'end',
          onRecords: async (_partition, records) => {
            for (const { key, value } of records) {
              const subject = key?.toString();
              if (value === null || subject === undefined || (argument !== undefined && subject !== argument)) continue;
              let event: BehaviourEvent;
              try {
                event = codec.decode(value.subarray(WIRE_HEADER_BYTES));
              } catch {
                continue; // a malformed record: the ledger shows it, this page is about people
              }
              if (argument === undefined && (event.userId === null || event.eventType === 'impression')) continue;
              const next = argument ?? spotlight.event(subject, systemClock.now());
              if (next !== shown) events = [];
              shown = next;
              if (subject === shown) events = [...events, eventText(event, titles)].slice(-SHOWN_EVENTS);
            }
          },
        });
        const listTail = await kafka().tail({
          topic: topics.recommendations.name,
          from: argument === undefined ? 'end' : 'start',
          onRecords: async (_partition, records) => {
            for (const { key, value } of records) {
              const subject = key?.toString();
              if (subject === undefined || subject !== shown || value === null) continue;
              const previous = lists.get(subject);
              const list = newerList(previous, decodeList(value));
              lists.set(subject, list);
              if (list !== previous) draw(list, previous);
            }
          },
        });
        if (argument === undefined) say(paint('dim', 'waiting for somebody to shop …'));
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        await Promise.all([eventTail.close(), listTail.close(), catalog.close(), following]);
      }),
    );
