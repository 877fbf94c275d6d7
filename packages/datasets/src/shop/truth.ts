import { type Assortment, STYLES } from './assortment.ts';
import { type Person, personAt, personIndexOf, userIdOf, visitorIdOf } from './people.ts';
import type { DirtNote, Run } from './run.ts';
import { freshVisit } from './session.ts';
import { leafSpecs, needNames } from './words.ts';
import type { World } from './world.ts';

/** What only the shop's maker knows. Of the run that was begun last; before the first, of its beginning. */
export interface Truth {
  readonly needNames: readonly string[];
  /** The item ids, by the index of `nextItemProbabilities`. */
  itemIds(): string[];
  /** Shares of the needs (sum 1) of a subject at a time, drift included; undefined for robots and strangers to the shop. */
  needs(subject: string, at: number): Float64Array | undefined;
  /**
   * [items], sums to 1: what the subject looks at next of its own will, given another look and the subject's true state
   * after the last record that was read. `at`: the run's clock or later. Undefined as for `needs`.
   */
  nextItemProbabilities(subject: string, at: number): Float64Array | undefined;
  /** [items]: chance that the subject puts an item into the cart, given that it is looked at. Undefined as for `needs`. */
  cartChances(subject: string, at: number): Float64Array | undefined;
  isRobot(subject: string): boolean;
  /** The person's subjects: userId (null without an account) and devices. */
  subjects(person: number): { readonly userId: string | null; readonly visitorIds: readonly string[] };
  /** Dirty records since the last call, in the order of the stream (of all records read, also skipped ones). */
  takeDirt(): DirtNote[];
  /** The lines of a truth file: the shop, its items, its people. Lazy: a million people are never in memory. */
  lines(): Generator<string>;
}

const round = (values: ArrayLike<number>): number[] => Array.from(values, (v) => Math.round(v * 10_000) / 10_000);

export const createTruth = (deps: {
  seed: number;
  users: number;
  startAt: number;
  robotCount: number;
  assortment: Assortment;
  options: Readonly<Record<string, unknown>>;
  current(): { readonly world: World; readonly run: Run };
}): Truth => {
  const { seed, users, startAt, assortment, current } = deps;
  const personOf = (subject: string, at: number): Person | undefined => {
    const index = personIndexOf(subject);
    return index < 0 || index >= users ? undefined : personAt(seed, index, at);
  };
  const stateOf = (subject: string, at: number) => {
    const { world, run } = current();
    const session = run.open.get(personIndexOf(subject));
    // a visit keeps the needs that it began with
    return { world, session, person: session?.person ?? personOf(subject, at) };
  };
  const subjects = (index: number) => {
    const { hasAccount, devices } = personAt(seed, index, startAt);
    return {
      userId: hasAccount ? userIdOf(index) : null,
      visitorIds: devices === 2 ? [visitorIdOf(index, 0), visitorIdOf(index, 1)] : [visitorIdOf(index, 0)],
    };
  };
  return {
    needNames,
    itemIds: () => Array.from({ length: assortment.size }, (_, item) => assortment.id(item)),
    needs: (subject, at) => personOf(subject, at)?.needs,
    nextItemProbabilities: (subject, at) => {
      const { world, session, person } = stateOf(subject, at);
      return person && world.choice.probabilities(person, session?.visit ?? freshVisit(), at);
    },
    cartChances: (subject, at) => {
      const { world, person } = stateOf(subject, at);
      return (
        person && Float64Array.from({ length: assortment.size }, (_, item) => world.choice.cartChance(person, item))
      );
    },
    isRobot: (subject) => {
      const index = personIndexOf(subject);
      return index >= users && index < users + deps.robotCount;
    },
    subjects,
    takeDirt: () => current().run.notes.splice(0),
    *lines() {
      yield JSON.stringify({ kind: 'shop', ...deps.options, needNames });
      for (let item = 0; item < assortment.size; item += 1) {
        yield JSON.stringify({
          kind: 'item',
          itemId: assortment.id(item),
          category: leafSpecs[assortment.leafOf[item] as number]?.path,
          needs: round(assortment.needsOf(item)),
          style: round(assortment.styles.subarray(item * STYLES, (item + 1) * STYLES)),
          popularity: Math.round((assortment.popularity[item] as number) * 10_000) / 10_000,
          successors: idsOf(assortment, assortment.successors, item, 4),
          complements: idsOf(assortment, assortment.complements, item, 3),
        });
      }
      for (let index = 0; index < users; index += 1) {
        const person = personAt(seed, index, startAt);
        const { priceClass, brands, currency } = person;
        const needs = round(person.needs);
        yield JSON.stringify({
          kind: 'person',
          ...subjects(index),
          at: startAt,
          needs,
          style: round(person.style),
          priceClass,
          brands,
          currency,
        });
      }
    },
  };
};

const idsOf = (assortment: Assortment, links: Int32Array, item: number, count: number): string[] =>
  [...links.subarray(item * count, (item + 1) * count)].filter((other) => other >= 0).map(assortment.id);
