/**
 * Sessions like yours, as published: the k most alike of the newest `sample` sessions that share an item, each giving its
 * items. V-SKNN (Ludewig and Jannach 2018) and STAN (Garg et al. 2019) differ in four weights only, so one search serves
 * both. `session-neighbours.ts` is the smooth form that serves lists; these are what it is measured against.
 *
 * sim(S) = Σ_{i in S ∩ q} place(fromLast_i, |q|) · norm(|q|, |S|) · 2^(−age_S / halfLife)
 * N(j)   = Σ_{S of the k} sim(S) · shared(fromLast of the newest shared item) · near(place_j − its place) · idf_j
 *
 * Invariants: equal likeness goes to the newer session, so a result depends on the sessions' order and on no numbering.
 */
import type { ScoreSheet } from '../score-sheet.ts';
import { indexSessions, type Sessions } from '../session-index.ts';

export interface SessionKnnWeights {
  /** Of an item of the query, by its distance from the query's last event (0 for the last) and the query's length. */
  place(fromLast: number, length: number): number;
  /** By the lengths of query and session. */
  norm(query: number, session: number): number;
  /** By the distance of the newest shared item from the query's last event. */
  shared(fromLast: number): number;
  /** By the distance, in places of the neighbour, from the newest shared item; may be negative. */
  near(distance: number): number;
}

export interface SessionKnnOptions {
  readonly k: number;
  /** Newest sessions that are compared. */
  readonly sample: number;
  /** In the unit of `endedAt`; Infinity for none. */
  readonly halfLife: number;
  /** Power of an item's rarity: 0 for none. */
  readonly rarity: number;
  readonly weights: SessionKnnWeights;
}

/** V-SKNN: the query's places count 1/n … 1, a neighbour by the place of the newest item that it shares. */
export const vsknnWeights: SessionKnnWeights = {
  place: (fromLast, length) => (length - fromLast) / length,
  norm: () => 1,
  shared: (fromLast) => Math.max(0, 1 - 0.1 * (fromLast + 1)),
  near: () => 1,
};

/** STAN with its lambda 1 and 3, in places; lambda 2 is the half-life. */
export const stanWeights = (fade: number, reach: number): SessionKnnWeights => ({
  place: (fromLast) => Math.exp(-fromLast / fade),
  norm: (query, session) => 1 / Math.sqrt(query * session),
  shared: () => 1,
  near: (distance) => Math.exp(-Math.abs(distance) / reach),
});

export interface SessionKnn {
  /** Adds N(j) of the items of the neighbours of a session so far; items that no session can have are passed over. */
  score(query: Int32Array, sheet: ScoreSheet): void;
}

/** Throws a RangeError for sessions or options that can't be. */
export const createSessionKnn = (sessions: Sessions, itemCount: number, options: SessionKnnOptions): SessionKnn => {
  const { k, sample, halfLife, rarity, weights } = options;
  const { rowStart, columns, endedAt } = sessions;
  if (!(k >= 1 && sample >= 1)) throw new RangeError(`the ${k} nearest of ${sample} sessions`);
  if (!(halfLife > 0)) throw new RangeError(`a half-life of ${halfLife}`);
  if (!(rarity >= 0)) throw new RangeError(`a rarity to the power of ${rarity}`);
  const { postingStart, postingSession, postingPlace, idf } = indexSessions(sessions, itemCount, sample);
  const count = endedAt.length;
  const newest = count === 0 ? 0 : (endedAt[count - 1] as number);
  const recency = endedAt.map((at) => 2 ** (-(newest - at) / halfLife));
  const rare = idf.map((value) => value ** rarity);
  const likeness = new Float64Array(count);
  const nearestShared = new Int32Array(count).fill(-1);
  const sharedPlace = new Int32Array(count);
  let found = new Int32Array(sample);

  /** Candidates into `found`, each with its likeness and the newest item that it shares; returns how many. */
  const gather = (query: Int32Array): number => {
    let length = 0;
    const visited = new Set<number>();
    for (let fromLast = 0; fromLast < query.length; fromLast += 1) {
      const item = query[query.length - 1 - fromLast] as number;
      if (item < 0 || visited.has(item)) continue;
      visited.add(item);
      const weight = weights.place(fromLast, query.length);
      for (let at = postingStart[item] as number; at < (postingStart[item + 1] as number); at += 1) {
        const session = postingSession[at] as number;
        if (nearestShared[session] === -1) {
          nearestShared[session] = fromLast;
          sharedPlace[session] = postingPlace[at] as number;
          if (length === found.length) {
            const wider = new Int32Array(length * 2);
            wider.set(found);
            found = wider;
          }
          found[length++] = session;
        }
        likeness[session] = (likeness[session] as number) + weight;
      }
    }
    return length;
  };

  const forget = (length: number) => {
    for (let at = 0; at < length; at += 1) {
      likeness[found[at] as number] = 0;
      nearestShared[found[at] as number] = -1;
    }
  };

  const give = (session: number, sim: number, sheet: ScoreSheet) => {
    const first = rowStart[session] as number;
    const factor = sim * weights.shared(nearestShared[session] as number);
    const place = first + (sharedPlace[session] as number);
    if (factor <= 0) return;
    for (let at = first; at < (rowStart[session + 1] as number); at += 1) {
      const item = columns[at] as number;
      sheet.add(item, factor * weights.near(at - place) * (rare[item] as number));
    }
  };

  return {
    score: (query, sheet) => {
      const length = gather(query);
      const all = found.subarray(0, length);
      all.sort();
      const recent = all.subarray(Math.max(0, length - sample));
      const sims = Float64Array.from(recent, (session) => {
        const size = (rowStart[session + 1] as number) - (rowStart[session] as number);
        return (likeness[session] as number) * weights.norm(query.length, size) * (recency[session] as number);
      });
      const floor = sims.length > k ? (sims.slice().sort()[sims.length - k] as number) : 0;
      let left = k - sims.reduce((above, sim) => above + (sim > floor ? 1 : 0), 0);
      for (let at = recent.length - 1; at >= 0; at -= 1) {
        const sim = sims[at] as number;
        if (sim < floor || (sim === floor && left-- <= 0)) continue;
        give(recent[at] as number, sim, sheet);
      }
      forget(length);
    },
  };
};
