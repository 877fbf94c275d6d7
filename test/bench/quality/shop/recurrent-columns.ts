/**
 * Histories as the recurrent model's events, with the groups of features that it is given. A visit begins with an event of
 * its own, without an item: what somebody wants who has just come is another question than what comes next.
 */
import {
  amountDecile,
  columnOf,
  combined,
  decilesOf,
  type EventFeature,
  type EventSequences,
  type EventTargets,
  eventType,
  type FeatureGroup,
  gap,
  hour,
  type ItemFacts,
  itemAge,
  itemFields,
  NO_ITEM,
  queryFields,
  type SparseRows,
  type SubjectEvents,
  sessionPosition,
  weekday,
} from '@nextcart/models';
import {
  ARRIVAL,
  asks,
  CART,
  type Deeds,
  deedTypes,
  type Known,
  type Look,
  TO_CART,
  VIEW,
  VISIT_MS,
} from './shop-log.ts';

/** Hashed columns of words, 3-grams, categories, brands and prices. */
const BUCKETS = 2048;
const DECILES = 10;

/** Behind the types of deeds: a visit begins. */
const VISIT = deedTypes.length;

/** A history with the beginnings of its visits. */
export interface Sequence {
  /** Numbers of deeds; −1: a visit begins. */
  readonly deeds: readonly number[];
  readonly times: readonly number[];
}

export interface RecurrentSpace {
  readonly sizes: {
    readonly types: number;
    readonly gaps: number;
    readonly hours: number;
    readonly weekdays: number;
    readonly features: number;
  };
  readonly itemFeatures: SparseRows | undefined;
  /** Up to a moment, a visit's beginning included. */
  before(look: Pick<Look, 'history' | 'at'>): Sequence;
  whole(history: Int32Array): Sequence;
  /** From a place of each sequence on; absent: whole ones. Features look at what lies before it, too. */
  eventsOf(sequences: readonly Sequence[], starts?: Int32Array): EventSequences;
  /** What each event should foretell: the next look of the visit, by what was asked for. */
  targetsOf(sequences: readonly Sequence[], cartWeight: number): EventTargets;
}

export const recurrentSpace = (known: Known, groups: ReadonlySet<FeatureGroup>, hasWeekday = false): RecurrentSpace => {
  const { items, deeds } = known;
  const facts = factsOf(known);
  const only = (features: readonly EventFeature[]) => features.filter(({ group }) => groups.has(group));
  const columns = {
    // what is asked for is told by the same numbers: there are as many at least
    types: only([eventType(VISIT + 1), amountDecile]),
    gaps: only([gap, sessionPosition]),
    hours: only([hour, itemAge]),
    weekdays: hasWeekday ? [weekday] : [],
  };
  const fields = { buckets: BUCKETS };
  const queries = [...new Set(deeds.queries)].filter((query) => query !== null);
  const rows = queryFields(queries, fields);
  const rowOfQuery = new Map(queries.map((query, row) => [query, row]));
  const hasTokens = groups.has('search');
  return {
    sizes: {
      types: Math.max(asks.length, combined(columns.types).buckets),
      gaps: combined(columns.gaps).buckets,
      hours: combined(columns.hours).buckets,
      weekdays: combined(columns.weekdays).buckets,
      features: groups.has('content') || hasTokens ? BUCKETS : 0,
    },
    itemFeatures: groups.has('content') ? itemFields(items, fields) : undefined,
    before: ({ history, at }) => sequenceOf(history, deeds, at),
    whole: (history) => sequenceOf(history, deeds),
    eventsOf: (sequences, starts = new Int32Array(sequences.length)) => {
      const wanted = sequences.flatMap((sequence, row) => sequence.deeds.slice(starts[row]));
      const subjects = sequences.map((sequence) => subjectEvents(sequence, deeds));
      const filled = (features: readonly EventFeature[]) => columnOf(features, subjects, facts, starts);
      const gaps = filled(columns.gaps);
      const hours = filled(columns.hours);
      const weekdays = filled(columns.weekdays);
      return {
        rowStart: startsOf(sequences.map((sequence, row) => sequence.deeds.length - (starts[row] as number))),
        items: Int32Array.from(wanted, (deed) => deeds.items[deed] ?? NO_ITEM),
        types: filled(columns.types) ?? new Uint8Array(wanted.length),
        ...(gaps && { gaps }),
        ...(hours && { hours }),
        ...(weekdays && { weekdays }),
        ...(hasTokens && {
          tokens: pickRows(
            rows,
            wanted.map((deed) => rowOfQuery.get(deeds.queries[deed] ?? '') ?? -1),
          ),
        }),
      };
    },
    targetsOf: (sequences, cartWeight) => {
      const targets = { items: [] as number[], weights: [] as number[], types: [] as number[] };
      for (const { deeds: row } of sequences) {
        let [next, isCarted] = [-1, false];
        const own = row.map(() => ({ item: NO_ITEM as number, weight: 0, type: 0 }));
        for (let at = row.length - 1; at >= 0; at -= 1) {
          const deed = row[at] as number;
          if (next >= 0)
            own[at] = {
              item: deeds.items[next] as number,
              weight: isCarted ? cartWeight : 1,
              type: isCarted ? TO_CART : deed < 0 ? ARRIVAL : 0,
            };
          if (deed < 0) next = -1;
          if (deeds.types[deed] !== VIEW) continue;
          const then = row[at + 1] ?? -1;
          next = deed;
          isCarted = deeds.types[then] === CART && deeds.items[then] === deeds.items[deed];
        }
        for (const { item, weight, type } of own) {
          targets.items.push(item);
          targets.weights.push(weight);
          targets.types.push(type);
        }
      }
      return {
        items: Int32Array.from(targets.items),
        weights: Float32Array.from(targets.weights),
        types: Uint8Array.from(targets.types),
      };
    },
  };
};

/** `until`: a moment that is asked about, which may begin a visit. */
const sequenceOf = (history: Int32Array, { times }: Deeds, until?: number): Sequence => {
  const sequence = { deeds: [] as number[], times: [] as number[] };
  const put = (deed: number, at: number) => {
    sequence.deeds.push(deed);
    sequence.times.push(at);
  };
  const arrive = (at: number) => {
    if (at - (sequence.times.at(-1) ?? -Infinity) > VISIT_MS) put(-1, at);
  };
  for (const deed of history) {
    arrive(times[deed] as number);
    put(deed, times[deed] as number);
  }
  if (until !== undefined) arrive(until);
  return sequence;
};

const subjectEvents = ({ deeds: row, times }: Sequence, deeds: Deeds): SubjectEvents => ({
  times,
  types: row.map((deed) => deeds.types[deed] ?? VISIT),
  items: row.map((deed) => deeds.items[deed] ?? NO_ITEM),
  amounts: row.map((deed) => deeds.amounts[deed] || Number.NaN),
});

const startsOf = (lengths: readonly number[]): Int32Array => {
  const rowStart = new Int32Array(lengths.length + 1);
  lengths.forEach((length, row) => void (rowStart[row + 1] = (rowStart[row] as number) + length));
  return rowStart;
};

/** Limits of amounts and first sight of items, from what is known. */
const factsOf = ({ items, deeds, histories }: Known): ItemFacts => {
  const since = new Float64Array(items.length).fill(Number.NaN);
  const byCategory = new Map<string, number[]>();
  const categoryOf = (item: number) => items[item]?.category.join('>') ?? '';
  for (const history of histories)
    for (const deed of history) {
      const item = deeds.items[deed] as number;
      if (item < 0) continue;
      const first = since[item] as number;
      since[item] = Number.isNaN(first) ? (deeds.times[deed] as number) : Math.min(first, deeds.times[deed] as number);
      const amount = deeds.amounts[deed] as number;
      if (amount === 0) continue;
      const list = byCategory.get(categoryOf(item)) ?? [];
      byCategory.set(categoryOf(item), list);
      list.push(amount);
    }
  const limits = new Map(
    [...byCategory].map(([category, amounts]) => {
      const sorted = Float64Array.from(amounts).sort();
      return [
        category,
        Array.from(
          { length: DECILES - 1 },
          (_, d) => sorted[Math.floor(((d + 1) * sorted.length) / DECILES)] as number,
        ),
      ];
    }),
  );
  return { priceDeciles: decilesOf(items), since, amountLimits: (item) => limits.get(categoryOf(item)) };
};

/** Rows in the order given; −1: an empty one. */
const pickRows = ({ rowStart, columns, weights }: SparseRows, wanted: readonly number[]): SparseRows => {
  const starts = new Int32Array(wanted.length + 1);
  wanted.forEach((row, at) => {
    const length = row < 0 ? 0 : (rowStart[row + 1] as number) - (rowStart[row] as number);
    starts[at + 1] = (starts[at] as number) + length;
  });
  const picked = {
    rowStart: starts,
    columns: new Int32Array(starts.at(-1) as number),
    weights: new Float32Array(starts.at(-1) as number),
  };
  wanted.forEach((row, at) => {
    if (row < 0) return;
    picked.columns.set(columns.subarray(rowStart[row], rowStart[row + 1]), starts[at]);
    picked.weights.set(weights.subarray(rowStart[row], rowStart[row + 1]), starts[at]);
  });
  return picked;
};
