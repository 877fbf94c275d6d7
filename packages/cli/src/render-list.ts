import {
  formatMoney,
  isForNextVisit,
  type Reason,
  type RecommendationList,
  type RecommendedItem,
} from '@nextcart/contracts';
import { paint } from './print.ts';

/** Item id to its title; the id itself where the catalogue does not have it. */
export type Titles = (itemId: string) => string;

const clip = (text: string, width: number): string =>
  text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;

const words: Record<string, string> = {
  viewed: 'viewed',
  carted: 'has in the cart',
  bought: 'bought',
  searched: 'searched',
  similar_sessions: 'sessions like this one',
  trending: 'trending now',
  own_history: 'buys it again and again',
};

const reasonText = (reason: Reason, titles: Titles): string => {
  const word = words[reason.kind] ?? reason.kind;
  if (reason.subject === '') return word;
  return `${word} ${reason.kind === 'searched' ? `“${reason.subject}”` : titles(reason.subject)}`;
};

const price = (item: RecommendedItem): string =>
  item.price === null ? '' : `${formatMoney(item.price)} ${item.currency ?? ''}`;

/** What moved: new in the list, up, down, or as before. */
const movement = (itemId: string, rank: number, previous: readonly string[] | undefined): string => {
  if (previous === undefined) return ' ';
  const before = previous.indexOf(itemId);
  if (before === -1) return paint('green', '+');
  if (before === rank) return ' ';
  return before > rank ? paint('green', '↑') : paint('dim', '↓');
};

/** A list as lines for a terminal: rank, movement against the previous list, title, price, and why. */
export const renderList = (
  list: RecommendationList,
  options: { titles: Titles; top: number; previous?: readonly string[] | undefined },
): string[] =>
  list.items.slice(0, options.top).map((item, rank) => {
    const why = item.reasons.map((reason) => reasonText(reason, options.titles)).join(', ');
    const place = `${String(rank + 1).padStart(3)} ${movement(item.itemId, rank, options.previous)}`;
    return `${place} ${clip(item.title === '' ? item.itemId : item.title, 40)} ${price(item).padStart(12)}  ${paint('dim', clip(item.source, 10))} ${why}`;
  });

const percent = (probability: number): string =>
  `${probability < 0.01 ? (100 * probability).toPrecision(1) : Math.round(100 * probability)} %`;

/** What the subject may buy next, with its chances, as one line; none where the release can't say. */
export const renderNextPurchases = ({ nextPurchases }: RecommendationList, titles: Titles): string[] => {
  if (nextPurchases.length === 0) return [];
  const items = nextPurchases.map(({ itemId, probability }) => `${titles(itemId)} (${percent(probability)})`);
  return [`will probably buy: ${items.join(', ')}`];
};

/** One line that says where the list comes from and how fresh it is. */
export const renderOrigin = (list: RecommendationList): string => {
  if (list.triggerOffset < 0) return `release ${list.release}`;
  if (isForNextVisit(list.snapshots)) return `made for the next visit; release ${list.release}`;
  const total = list.publishedAt - list.appendedAt;
  const stages = `received +${list.receivedAt - list.appendedAt}, state +${list.stateAt - list.receivedAt}, scored +${list.scoredAt - list.stateAt}, handed to Kafka +${list.publishedAt - list.scoredAt} ms`;
  return `made ${total} ms after the event reached Kafka (${stages}); release ${list.release}`;
};
