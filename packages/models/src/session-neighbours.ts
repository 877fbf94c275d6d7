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
  /** Adds factor · N(i), N in 0..1, of each item of a candidate session. items, weights: [length] by event; item -1 = none. */
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

  return {
    score: (items, weights, length, factor, sheet) => {
      gather(items, weights, length);
      if (foundCount === 0 || total <= 0) return;
      const scale = (factor * foundCount) / (foundCount + options.doubt) / total;
      for (let i = 0; i < foundCount; i += 1) {
        const session = found[i] as number;
        const first = rowStart[session] as number;
        const size = (rowStart[session + 1] as number) - first;
        const mass = scale * (recency[session] as number) * power(likeness[session] as number, options.power - 1);
        for (let hit = firstHit[session] as number; hit !== -1; hit = hitNext[hit] as number) {
          const place = hitPlace[hit] as number;
          const share = mass * (eventWeights[hitEvent[hit] as number] as number);
          const last = Math.min(size - 1, place + options.reach);
          for (let p = Math.max(0, place - options.reach); p <= last; p += 1)
            if (p !== place) sheet.add(columns[first + p] as number, share * (near[Math.abs(p - place)] as number));
        }
      }
    },

    without: (events, candidates, out) => {
      const width = candidates.length;
      out.fill(0, 0, events.length * width);
      const whole = new Float64Array(width);
      const slotOfEvent = new Int32Array(eventWeights.length).fill(-1);
      for (let k = 0; k < events.length; k += 1) slotOfEvent[events[k] as number] = k;
      const totals = new Float64Array(events.length).fill(total);
      const sessionsLeft = new Int32Array(events.length).fill(foundCount);
      for (let i = 0; i < foundCount; i += 1) {
        const session = found[i] as number;
        const first = rowStart[session] as number;
        const size = (rowStart[session + 1] as number) - first;
        const all = likeness[session] as number;
        const rho = recency[session] as number;
        const before = rho * power(all, options.power - 1);
        // an event less: its own hits go, and the session's likeness shrinks for the hits that stay
        for (let gone = firstHit[session] as number; gone !== -1; gone = hitNext[gone] as number) {
          const k = slotOfEvent[hitEvent[gone] as number] as number;
          if (k === -1) continue;
          const only = gone === firstHit[session] && hitNext[gone] === -1;
          const rest = only ? 0 : Math.max(0, all - (eventWeights[hitEvent[gone] as number] as number));
          const after = only ? 0 : rho * power(rest, options.power - 1);
          totals[k] = (totals[k] as number) - before * all + after * rest;
          if (only) sessionsLeft[k] = (sessionsLeft[k] as number) - 1;
        }
        for (let p = 0; p < size; p += 1) {
          const slot = candidates.slot(columns[first + p] as number);
          if (slot === -1) continue;
          let sum = 0;
          for (let hit = firstHit[session] as number; hit !== -1; hit = hitNext[hit] as number) sum += reachOf(hit, p);
          whole[slot] = (whole[slot] as number) + before * sum;
          for (let gone = firstHit[session] as number; gone !== -1; gone = hitNext[gone] as number) {
            const k = slotOfEvent[hitEvent[gone] as number] as number;
            if (k === -1) continue;
            const only = gone === firstHit[session] && hitNext[gone] === -1;
            const rest = Math.max(0, all - (eventWeights[hitEvent[gone] as number] as number));
            const after = only ? 0 : rho * power(rest, options.power - 1) * (sum - reachOf(gone, p));
            out[k * width + slot] = (out[k * width + slot] as number) + after - before * sum;
          }
        }
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

      function reachOf(hit: number, place: number): number {
        const distance = Math.abs(place - (hitPlace[hit] as number));
        return distance > options.reach
          ? 0
          : (eventWeights[hitEvent[hit] as number] as number) * (near[distance] as number);
      }
    },
  };
};
