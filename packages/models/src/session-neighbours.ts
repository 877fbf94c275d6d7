import type { Candidates, ScoreSheet } from './score-sheet.ts';
import { indexSessions, type Sessions } from './session-index.ts';

/**
 * Sessions like yours: V-SKNN (Ludewig & Jannach 2018) and STAN (Garg et al. 2019), made smooth. Instead of cutting at
 * the k most alike sessions, each candidate session counts by a power of its likeness, so that what the list had been
 * without one event follows in closed form (`without`).
 *
 * a_S = Σ_{e in S} w_e·idf(e);  N(i) = C · Σ_S ρ_S·a_S^(p−1)·Σ_{e in S} w_e·idf(e)·κ(|place_i − place_e|) / Σ_S ρ_S·a_S^p
 * with ρ the session's recency, κ(d) = 1 / (1 + (d − 1)·fade), and C = n / (n + doubt) over n candidate sessions.
 *
 * Invariants: sums run over events, then postings, then the session's own order, never over item indices; an item is no
 * evidence for itself at its own place.
 */
export interface NeighbourOptions {
  /** Newest sessions looked at for each event. */
  readonly perItem: number;
  /** Half-life of a session's weight against the newest session. */
  readonly halfLifeMs: number;
  /** p above, a whole number ≥ 1: how much more a session counts that shares several events. */
  readonly power: number;
  readonly fade: number;
  readonly doubt: number;
  /** Clicks of a session that are read around the shared place; longer sessions are robots or undecided. */
  readonly reach: number;
}

export interface SessionNeighbours {
  /**
   * Adds factor · N(i) of each item of a candidate session, N in 0..1 where no session comes back to the item: each of its
   * places adds to it. items, weights: [length] by event; item -1 = none.
   */
  score(items: Int32Array, weights: Float64Array, length: number, factor: number, sheet: ScoreSheet): void;
  /**
   * N of each candidate had the event not happened, out: [events, candidates.length]. `events` are places in `items`.
   * Reads what the last `score` gathered, so it must follow a `score` with the same arguments.
   */
  without(events: Int32Array, candidates: Candidates, out: Float64Array): void;
}

const power = (base: number, exponent: number): number => {
  let value = 1;
  for (let i = 0; i < exponent; i += 1) value *= base;
  return value;
};

export const createSessionNeighbours = (
  sessions: Sessions,
  itemCount: number,
  options: NeighbourOptions,
): SessionNeighbours => {
  const { rowStart, columns, endedAt } = sessions;
  const { postingStart, postingSession, postingPlace, idf } = indexSessions(sessions, itemCount, options.perItem);
  const count = Math.max(0, rowStart.length - 1);
  const newest = count === 0 ? 0 : (endedAt[count - 1] as number);
  const recency = Float64Array.from(endedAt, (at) => 2 ** (-Math.max(0, newest - at) / options.halfLifeMs));
  const near = Float64Array.from({ length: options.reach + 1 }, (_, d) =>
    d === 0 ? 0 : 1 / (1 + (d - 1) * options.fade),
  );

  const likeness = new Float64Array(count);
  const firstHit = new Int32Array(count).fill(-1);
  let found = new Int32Array(1024);
  let foundCount = 0;
  let hitEvent = new Int32Array(4096);
  let hitPlace = new Int32Array(4096);
  let hitNext = new Int32Array(4096);
  let hitCount = 0;
  let eventWeights = new Float64Array(128);
  let total = 0;

  const grow = () => {
    const wider = (cells: Int32Array<ArrayBuffer>) => {
      const next = new Int32Array(cells.length * 2);
      next.set(cells);
      return next;
    };
    [hitEvent, hitPlace, hitNext] = [wider(hitEvent), wider(hitPlace), wider(hitNext)];
  };

  const gather = (items: Int32Array, weights: Float64Array, length: number) => {
    for (let i = 0; i < foundCount; i += 1) {
      const session = found[i] as number;
      likeness[session] = 0;
      firstHit[session] = -1;
    }
    foundCount = 0;
    hitCount = 0;
    if (eventWeights.length < length) eventWeights = new Float64Array(length);
    for (let event = 0; event < length; event += 1) {
      const item = items[event] as number;
      eventWeights[event] = 0;
      if (item < 0 || item >= itemCount) continue;
      const weight = (weights[event] as number) * (idf[item] as number);
      if (weight <= 0) continue;
      eventWeights[event] = weight;
      for (let at = postingStart[item] as number; at < (postingStart[item + 1] as number); at += 1) {
        const session = postingSession[at] as number;
        if (firstHit[session] === -1) {
          if (foundCount === found.length) {
            const wider = new Int32Array(found.length * 2);
            wider.set(found);
            found = wider;
          }
          found[foundCount++] = session;
        }
        if (hitCount === hitEvent.length) grow();
        hitEvent[hitCount] = event;
        hitPlace[hitCount] = postingPlace[at] as number;
        hitNext[hitCount] = firstHit[session] as number;
        firstHit[session] = hitCount++;
        likeness[session] = (likeness[session] as number) + weight;
      }
    }
    total = 0;
    for (let i = 0; i < foundCount; i += 1) {
      const session = found[i] as number;
      total += (recency[session] as number) * power(likeness[session] as number, options.power);
    }
  };

  // of `without`: by event that is asked for, and by candidate
  let askedOf = new Int32Array(128);
  let totals = new Float64Array(128);
  let sessionsLeft = new Int32Array(128);
  let whole = new Float64Array(64);
  /** By hit of the session at hand: what the session counts without the hit's event. */
  let after = new Float64Array(4096);

  const prepare = (events: Int32Array, width: number) => {
    if (eventWeights.length > askedOf.length) {
      askedOf = new Int32Array(eventWeights.length);
      totals = new Float64Array(eventWeights.length);
      sessionsLeft = new Int32Array(eventWeights.length);
    }
    if (width > whole.length) whole = new Float64Array(width);
    if (hitEvent.length > after.length) after = new Float64Array(hitEvent.length);
    whole.fill(0, 0, width);
    askedOf.fill(-1);
    for (let k = 0; k < events.length; k += 1) {
      askedOf[events[k] as number] = k;
      totals[k] = total;
      sessionsLeft[k] = foundCount;
    }
  };

  const reachOf = (hit: number, place: number): number => {
    const distance = Math.abs(place - (hitPlace[hit] as number));
    return distance > options.reach
      ? 0
      : (eventWeights[hitEvent[hit] as number] as number) * (near[distance] as number);
  };

  /** Most sessions share one event: without it they are no candidates. */
  const takeWhole = (session: number, candidates: Candidates, out: Float64Array) => {
    const hit = firstHit[session] as number;
    const event = hitEvent[hit] as number;
    const weight = eventWeights[event] as number;
    const all = likeness[session] as number;
    const mass = (recency[session] as number) * power(all, options.power - 1);
    const k = askedOf[event] as number;
    if (k !== -1) {
      totals[k] = (totals[k] as number) - mass * all;
      sessionsLeft[k] = (sessionsLeft[k] as number) - 1;
    }
    const base = k * candidates.length;
    const first = rowStart[session] as number;
    const place = first + (hitPlace[hit] as number);
    const last = Math.min((rowStart[session + 1] as number) - 1, place + options.reach);
    for (let p = Math.max(first, place - options.reach); p <= last; p += 1) {
      const slot = candidates.slot(columns[p] as number);
      if (slot === -1) continue;
      const value = mass * (weight * (near[p < place ? place - p : p - place] as number));
      whole[slot] = (whole[slot] as number) + value;
      if (k !== -1) out[base + slot] = (out[base + slot] as number) - value;
    }
  };

  /** An event less: its own hits go, and the session's likeness shrinks for the hits that stay. */
  const takeShares = (session: number, candidates: Candidates, out: Float64Array) => {
    const width = candidates.length;
    const all = likeness[session] as number;
    const rho = recency[session] as number;
    const before = rho * power(all, options.power - 1);
    const head = firstHit[session] as number;
    for (let gone = head; gone !== -1; gone = hitNext[gone] as number) {
      const event = hitEvent[gone] as number;
      const k = askedOf[event] as number;
      const rest = Math.max(0, all - (eventWeights[event] as number));
      const left = rho * power(rest, options.power - 1);
      after[gone] = left;
      if (k !== -1) totals[k] = (totals[k] as number) - before * all + left * rest;
    }
    const first = rowStart[session] as number;
    const size = (rowStart[session + 1] as number) - first;
    for (let p = 0; p < size; p += 1) {
      const slot = candidates.slot(columns[first + p] as number);
      if (slot === -1) continue;
      let sum = 0;
      for (let hit = head; hit !== -1; hit = hitNext[hit] as number) sum += reachOf(hit, p);
      if (sum === 0) continue;
      whole[slot] = (whole[slot] as number) + before * sum;
      for (let gone = head; gone !== -1; gone = hitNext[gone] as number) {
        const k = askedOf[hitEvent[gone] as number] as number;
        if (k === -1) continue;
        const at = k * width + slot;
        out[at] = (out[at] as number) + (after[gone] as number) * (sum - reachOf(gone, p)) - before * sum;
      }
    }
  };

  return {
    score: (items, weights, length, factor, sheet) => {
      gather(items, weights, length);
      if (foundCount === 0 || total <= 0) return;
      const scale = (factor * foundCount) / (foundCount + options.doubt) / total;
      for (let i = 0; i < foundCount; i += 1) {
        const session = found[i] as number;
        const first = rowStart[session] as number;
        const end = rowStart[session + 1] as number;
        const mass = scale * (recency[session] as number) * power(likeness[session] as number, options.power - 1);
        for (let hit = firstHit[session] as number; hit !== -1; hit = hitNext[hit] as number) {
          const place = first + (hitPlace[hit] as number);
          const share = mass * (eventWeights[hitEvent[hit] as number] as number);
          const last = Math.min(end - 1, place + options.reach);
          for (let p = Math.max(first, place - options.reach); p < place; p += 1)
            sheet.add(columns[p] as number, share * (near[place - p] as number));
          for (let p = place + 1; p <= last; p += 1)
            sheet.add(columns[p] as number, share * (near[p - place] as number));
        }
      }
    },

    without: (events, candidates, out) => {
      const width = candidates.length;
      out.fill(0, 0, events.length * width);
      prepare(events, width);
      for (let i = 0; i < foundCount; i += 1) {
        const session = found[i] as number;
        if (hitNext[firstHit[session] as number] === -1) takeWhole(session, candidates, out);
        else takeShares(session, candidates, out);
      }
      for (let k = 0; k < events.length; k += 1) {
        const left = sessionsLeft[k] as number;
        const rest = totals[k] as number;
        // what is left of a difference of equals is noise, not evidence
        const scale = left === 0 || rest <= total * 1e-12 ? 0 : left / (left + options.doubt) / rest;
        for (let slot = 0; slot < width; slot += 1) {
          const value = (whole[slot] as number) + (out[k * width + slot] as number);
          out[k * width + slot] = value <= (whole[slot] as number) * 1e-12 ? 0 : value * scale;
        }
      }
    },
  };
};
