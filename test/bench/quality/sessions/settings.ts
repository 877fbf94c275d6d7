/** Rows that need no training, each with its settings in words. */
import {
  cosineWeights,
  createScoreSheet,
  createSessionKnn,
  createSessionNeighbours,
  type SessionKnnOptions,
  sessionGraph,
  stanWeights,
  vsknnWeights,
} from '@nextcart/models';
import { packSessions } from './data.ts';
import type { Setting } from './grid-recipe.ts';
import type { ScoreSession, SessionLog } from './session-part.ts';

const countsOf = ({ items, sessions }: SessionLog, share: number): Float32Array => {
  const counts = new Float32Array(items);
  for (const session of sessions.slice(Math.floor(sessions.length * (1 - share))))
    for (const item of session) counts[item] = (counts[item] as number) + 1;
  return counts;
};

export const popularity = (share: number): Setting => ({
  settings: `newest ${share * 100} % of sessions`,
  fit: (log) => {
    const counts = countsOf(log, share);
    return (_, into) => into.set(counts);
  },
});

/** What the session saw most, then what is popular. */
export const sessionPopularity: Setting = {
  settings: 'ties by popularity',
  fit: (log) => {
    const counts = countsOf(log, 1);
    const most = counts.reduce((best, count) => Math.max(best, count), 1);
    const share = counts.map((count) => count / (most + 1));
    return (query, into) => {
      into.set(share);
      for (const item of query) if (item >= 0) into[item] = (into[item] as number) + 1;
    };
  },
};

/** What the session saw, the newest first. */
export const ownItems = (fade: number): Setting => ({
  settings: `· ${fade} a place back`,
  fit: () => (query, into) => {
    query.forEach((item, at) => {
      if (item >= 0) into[item] = (into[item] as number) + fade ** (query.length - 1 - at);
    });
  },
});

export const coOccurrence = (reach: number, forward: boolean, fade: number, damping: number): Setting => ({
  settings: `${forward ? 'forward' : 'both ways'}, reach ${reach}, fade ${fade}, damping ${damping}`,
  fit: ({ items, sessions }) => {
    const graph = sessionGraph(packSessions(sessions), items, { reach, forward, fade });
    const cosines = cosineWeights(graph, damping);
    return (query, into) => {
      const last = query.at(-1) ?? -1;
      if (last < 0) return;
      for (let at = graph.rowStart[last] as number; at < (graph.rowStart[last + 1] as number); at += 1)
        into[graph.columns[at] as number] = cosines[at] as number;
    };
  },
});

const sheetInto = (): { sheet: ReturnType<typeof createScoreSheet>; aim: (into: Float32Array) => void } => {
  let target = new Float32Array(0);
  const sheet = createScoreSheet((item, value) => void (target[item] = (target[item] as number) + value));
  return { sheet, aim: (into) => void (target = into as Float32Array<ArrayBuffer>) };
};

const knn = (settings: string, options: Omit<SessionKnnOptions, 'halfLife'>, halfLifeShare: number): Setting => ({
  settings,
  fit: ({ items, sessions }) => {
    const halfLife = halfLifeShare * sessions.length;
    const found = createSessionKnn(packSessions(sessions), items, { ...options, halfLife });
    const { sheet, aim } = sheetInto();
    return (query, into) => {
      aim(into);
      found.score(query, sheet);
    };
  },
});

export const vsknn = (k: number, sample: number, rarity: number): Setting =>
  knn(`k ${k}, sample ${sample}, idf^${rarity}`, { k, sample, rarity, weights: vsknnWeights }, Infinity);

export const stan = (k: number, fade: number, reach: number, halfLifeShare: number, rarity = 0): Setting =>
  knn(
    `k ${k}, lambda ${fade} / ${reach}, half-life ${halfLifeShare} of the file, idf^${rarity}`,
    { k, sample: 5000, rarity, weights: stanWeights(fade, reach) },
    halfLifeShare,
  );

/** The form that serves lists; the events' weights fade by 2 over `fade` places. */
export const smooth = (
  power: number,
  halfLifeShare: number,
  eventHalf: number,
  fade: number,
  perItem: number,
): Setting => ({
  settings: `power ${power}, half-life ${halfLifeShare} of the file, event half-life ${eventHalf}, fade ${fade}, ${perItem} an item`,
  fit: ({ items, sessions }): ScoreSession => {
    const neighbours = createSessionNeighbours(packSessions(sessions), items, {
      perItem,
      halfLifeMs: halfLifeShare * sessions.length,
      power,
      fade,
      doubt: 3,
      reach: 20,
    });
    const { sheet, aim } = sheetInto();
    return (query, into) => {
      aim(into);
      const weights = Float64Array.from(query, (_, at) => 2 ** (-(query.length - 1 - at) / eventHalf));
      neighbours.score(query, weights, query.length, 1, sheet);
    };
  },
});
