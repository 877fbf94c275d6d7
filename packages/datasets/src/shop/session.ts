import type { BehaviourEvent, EventType } from '@nextcart/contracts';
import type { Visit } from './choice.ts';
import { type Lists, relevanceOf } from './lists.ts';
import { rememberBought } from './memory.ts';
import { DAY_MS, parameters } from './parameters.ts';
import { type Person, personAt, type ShopCurrency, userIdOf, visitorIdOf } from './people.ts';
import { queryFor } from './queries.ts';
import { createRandom, hash32, type Random, streams } from './random.ts';
import { leafSpecs } from './words.ts';
import type { World } from './world.ts';

/** Euro prices in other currencies, as the shop quotes them all year. */
const PER_EURO: Readonly<Record<ShopCurrency, number>> = { EUR: 1, USD: 1.08, GBP: 0.85 };
const CENT_UNITS = 100n;
const CUSTOMER_PROPERTIES: readonly Readonly<Record<string, string>>[] = [{ device: 'phone' }, { device: 'desktop' }];

/** One visit. It says one event at a time; its person's state changes when the event is said, not before. */
export interface Session {
  readonly person: Person;
  readonly visit: Visit;
  readonly beganAt: number;
  /** Said so far. */
  events(): number;
  /** The next event, or undefined at the end of the visit. */
  step(now: number): BehaviourEvent | undefined;
  /** Until the next step. */
  pauseMs(): number;
}

interface Planned {
  readonly type: EventType;
  readonly pauseMs: number;
  readonly item?: number;
  readonly query?: string;
  readonly searched?: Visit['searched'];
  readonly quantity?: number;
  readonly recommId?: string | undefined;
}

interface CartLine {
  readonly item: number;
  readonly quantity: number;
  readonly recommId: string | undefined;
}

export interface SessionDeps {
  readonly world: World;
  readonly lists: Lists | undefined;
  /** Share of the usual dwelling time: under 1 where few people must make many events. */
  readonly pace: number;
  nextEventId(): string;
  /** A bought line comes back at a time. */
  returnLater(at: number, event: BehaviourEvent): void;
}

export const freshVisit = (): Visit => ({ last: -1, leaf: -1, views: 0, searched: null });

export const openSession = (deps: SessionDeps, index: number, now: number): Session => {
  const { world, lists, pace } = deps;
  const { seed, assortment, market, memory, choice } = world;
  const number = (memory.sessions[index] = (memory.sessions[index] as number) + 1);
  const random: Random = createRandom(seed, streams.session, index, number);
  const person = personAt(seed, index, now);
  const device = person.devices === 2 && random.chance(parameters.secondDevice) ? 1 : 0;
  const visitorId = visitorIdOf(index, device);
  const userId = userIdOf(index);
  const sessionId = random.chance(parameters.sessionIdShare)
    ? `s${hash32(seed, streams.session, index, number).toString(36)}-${number}`
    : null;
  const properties = CUSTOMER_PROPERTIES[device] as Record<string, string>;
  const visit = freshVisit();
  const queue: Planned[] = [];
  const cart: CartLine[] = [];
  const fromList = new Map<number, string>();
  let left = 1 + Math.floor(random.exponential() * (parameters.itemsPerSession - 1) + 0.5);
  let stage: 'arrive' | 'arrived' | 'browse' | 'after view' | 'done' = 'arrive';
  let target = -1;
  let pauseMs = 0;
  let said = 0;

  const dwell = (share = 1): number =>
    Math.round(Math.max(parameters.fastestDwellMs * pace, parameters.dwellMs * pace * share * random.exponential()));
  const isSignedIn = (): boolean => ((memory.signedIn[index] as number) & (1 << device)) !== 0;
  const subject = (): string => (isSignedIn() ? userId : visitorId);
  const money = (item: number, quantity: number): bigint =>
    BigInt(Math.round(market.cents(item) * PER_EURO[person.currency]) * quantity) * CENT_UNITS;
  const signIn = (chance: number): void => {
    if (person.hasAccount && !isSignedIn() && random.chance(chance)) queue.push({ type: 'identify', pauseMs: 0 });
  };

  const look = (now_: number): void => {
    const list = lists?.current(subject());
    if (list === undefined) return;
    const shown = list.items.slice(0, parameters.shownItems);
    const { recommId } = list;
    let clicked = -1;
    shown.forEach((itemId, rank) => {
      const item = assortment.index(itemId);
      if (item < 0) return;
      queue.push({ type: 'impression', pauseMs: 0, item, recommId });
      const relevance = relevanceOf(world, person, visit, now_, item);
      if (clicked < 0 && random.chance((parameters.examine / Math.sqrt(rank + 1)) * relevance)) clicked = item;
      if (clicked !== item && relevance < 0.02 && random.chance(parameters.dismiss))
        queue.push({ type: 'dismiss', pauseMs: dwell(0.2), item, recommId });
    });
    if (clicked < 0) return;
    queue.push({ type: 'click', pauseMs: dwell(0.3), item: clicked, recommId });
    queueView(clicked, dwell(0.05), recommId);
  };

  const queueView = (item: number, pause: number, recommId: string | undefined): void => {
    if (recommId !== undefined) fromList.set(item, recommId);
    const source = fromList.get(item);
    queue.push({ type: 'view', pauseMs: pause, item, recommId: source });
    if (!random.chance(choice.cartChance(person, item))) return;
    const quantity = random.chance(parameters.secondPiece) ? 2 : 1;
    queue.push({ type: 'cart', pauseMs: dwell(0.5), item, quantity, recommId: source });
  };

  const next = (now_: number): void => {
    left -= 1;
    if (target >= 0) {
      queueView(target, 0, undefined);
      target = -1;
      return;
    }
    const { item, part } = choice.draw(person, visit, now_, random);
    if (item < 0) return;
    const leaf = assortment.leafOf[item] as number;
    const asks = part === 'need' && random.chance(leaf === visit.leaf ? parameters.searchAgain : parameters.search);
    if (!asks) return queueView(item, 0, undefined);
    const noun = assortment.nounOf[item] as number;
    const { text, brand } = queryFor(
      { leaf, noun, brand: assortment.brandOf[item] as number },
      parameters.typo,
      random,
    );
    queue.push({ type: 'search', pauseMs: 0, query: text, searched: { leaf, noun, brand } });
    target = item;
    left += 1; // the look at what was found is the item's visit
  };

  const checkOut = (): void => {
    stage = 'done';
    if (cart.length === 0 || !random.chance(parameters.buyCart)) return;
    signIn(parameters.signInToBuy);
    for (const { item, quantity, recommId } of cart.splice(0))
      queue.push({ type: 'purchase', pauseMs: dwell(0.05), item, quantity, recommId });
    if (random.chance(parameters.goOn)) {
      left = 1 + random.below(2);
      stage = 'browse';
    }
  };

  const plan = (now_: number): void => {
    if (stage === 'arrive') {
      stage = 'arrived';
      signIn(parameters.signIn);
      if (queue.length > 0) return; // the list to look at is the customer's, once the signing in is said
    }
    if (stage === 'arrived') {
      stage = 'browse';
      if (lists !== undefined && random.chance(parameters.lookAtStart)) look(now_);
    } else if (stage === 'after view') {
      stage = 'browse';
      if (lists !== undefined && target < 0 && random.chance(parameters.lookAfterView)) look(now_);
    }
    while (queue.length === 0 && stage !== 'done') {
      if (left > 0) next(now_);
      else checkOut();
    }
    // signing out is no event: the device just begins anew next time
    if (queue.length === 0 && isSignedIn() && random.chance(parameters.signOut))
      memory.signedIn[index] = (memory.signedIn[index] as number) & ~(1 << device);
  };

  /** What saying the event changes in the person. */
  const happen = (planned: Planned, event: BehaviourEvent, now_: number): void => {
    const { type, item = -1 } = planned;
    if (type === 'identify') memory.signedIn[index] = (memory.signedIn[index] as number) | (1 << device);
    else if (type === 'search' && planned.searched) {
      visit.searched = planned.searched;
      visit.leaf = planned.searched.leaf;
    } else if (type === 'view') {
      stage = stage === 'browse' ? 'after view' : stage;
      visit.last = item;
      visit.leaf = assortment.leafOf[item] as number;
      visit.views += 1;
      visit.searched = null;
      memory.abandoned[index] = item;
      const completing = memory.completing[index] as number;
      const n = parameters.complementWeights.length;
      if (completing >= 0 && assortment.complements.subarray(completing * n, completing * n + n).includes(item))
        memory.completing[index] = -1;
    } else if (type === 'cart') {
      cart.push({ item, quantity: planned.quantity as number, recommId: planned.recommId });
    } else if (type === 'purchase') {
      rememberBought(memory, index, item);
      if (memory.abandoned[index] === item) memory.abandoned[index] = -1;
      if ((assortment.complements[item * parameters.complementWeights.length] as number) >= 0) {
        memory.completing[index] = item;
        memory.completingUntil[index] = now_ + parameters.complementDays * DAY_MS;
      }
      if (leafSpecs[assortment.leafOf[item] as number]?.consumable === true) {
        memory.staple[index] = item;
        memory.stapleAt[index] = now_;
      } else if (random.chance(parameters.returned)) {
        const { returnMinDays, returnMaxDays } = parameters;
        const days = returnMinDays + random.next() * (returnMaxDays - returnMinDays);
        const at = now_ + Math.round(days * DAY_MS);
        deps.returnLater(at, { ...event, eventTime: at, eventType: 'return', sessionId: null });
      }
    }
  };

  return {
    person,
    visit,
    beganAt: now,
    events: () => said,
    pauseMs: () => pauseMs,
    step: (now_) => {
      if (queue.length === 0) plan(now_);
      const planned = queue.shift();
      if (planned === undefined) return undefined;
      const { type, item = -1, quantity } = planned;
      const signedIn = isSignedIn() || type === 'identify';
      const priced = quantity !== undefined;
      const event: BehaviourEvent = {
        eventId: deps.nextEventId(),
        eventTime: now_,
        eventType: type,
        visitorId,
        userId: signedIn ? userId : null,
        sessionId,
        itemId: item < 0 ? null : assortment.id(item),
        query: planned.query ?? null,
        quantity: quantity ?? null,
        amount: priced ? money(item, quantity) : null,
        currency: priced ? person.currency : null,
        recommId: planned.recommId ?? null,
        properties,
      };
      happen(planned, event, now_);
      said += 1;
      pauseMs = queue.length > 0 ? (queue[0] as Planned).pauseMs : dwell(type === 'search' ? 0.4 : 1);
      return event;
    },
  };
};
