import {
  cosineWeights,
  createScoreSheet,
  createSessionKnn,
  createSessionNeighbours,
  recurrentDefaults,
  type SessionKnnOptions,
  sessionGraph,
  stanWeights,
  vsknnWeights,
} from '@nextcart/models';
import type { TrainedGrid } from '../parts/choose-trained.ts';
import type { RecurrentSettings } from '../parts/fit-recurrent.ts';
import { packSessions } from './data.ts';
import { gridRecipe, type Setting } from './grid-recipe.ts';
import { recurrentSessions } from './recurrent.ts';
import type { ScoreSession, SessionLog, SessionRecipe } from './session-part.ts';

const countsOf = ({ items, sessions }: SessionLog, share: number): Float32Array => {
  const counts = new Float32Array(items);
  for (const session of sessions.slice(Math.floor(sessions.length * (1 - share))))
    for (const item of session) counts[item] = (counts[item] as number) + 1;
  return counts;
};

const popularity = (share: number): Setting => ({
  settings: `newest ${share * 100} % of sessions`,
  fit: (log) => {
    const counts = countsOf(log, share);
    return (_, into) => into.set(counts);
  },
});

/** What the session saw most, then what is popular. */
const sessionPopularity: Setting = {
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
const ownItems = (fade: number): Setting => ({
  settings: `· ${fade} a place back`,
  fit: () => (query, into) => {
    query.forEach((item, at) => {
      if (item >= 0) into[item] = (into[item] as number) + fade ** (query.length - 1 - at);
    });
  },
});

const coOccurrence = (reach: number, forward: boolean, fade: number, damping: number): Setting => ({
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

const vsknn = (k: number, sample: number, rarity: number): Setting =>
  knn(`k ${k}, sample ${sample}, idf^${rarity}`, { k, sample, rarity, weights: vsknnWeights }, Infinity);

const stan = (k: number, fade: number, reach: number, halfLifeShare: number, rarity = 0): Setting =>
  knn(
    `k ${k}, lambda ${fade} / ${reach}, half-life ${halfLifeShare} of the file, idf^${rarity}`,
    { k, sample: 5000, rarity, weights: stanWeights(fade, reach) },
    halfLifeShare,
  );

/** The form that serves lists; the events' weights fade by 2 over `fade` places. */
const smooth = (power: number, halfLifeShare: number, eventHalf: number, fade: number, perItem: number): Setting => ({
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

/** A catalogue that is scored whole in each step, at d 64. */
const SMALL = 10_000;

/** Of the recurrent model. */
export type Epochs = Pick<TrainedGrid<RecurrentSettings>, 'tryEpochs' | 'epochs'>;

/** Dropout's shares are of an event's numbers and of what a block adds. */
const recurrent = (items: number, scale: number, dropout: RecurrentSettings['dropout']): RecurrentSettings => ({
  ...recurrentDefaults,
  width: items < SMALL ? 64 : 128,
  blocks: 1,
  scale,
  lags: 6,
  order: 'shuffled',
  dropout,
  ...(items < SMALL && { lanes: 100, softmax: { kind: 'full' } }),
});

const recurrentGrid = (items: number, epochs: Epochs): TrainedGrid<RecurrentSettings> => ({
  settings: {
    'cosine · 16, dropout .45 / .3': recurrent(items, 16, { events: 0.45, blocks: 0.3 }),
    'product, dropout .45 / .3': recurrent(items, 0, { events: 0.45, blocks: 0.3 }),
    'cosine · 16, dropout .25 / .2': recurrent(items, 16, { events: 0.25, blocks: 0.2 }),
  },
  ...epochs,
});

const quickGrid: TrainedGrid<RecurrentSettings> = {
  settings: { 'd 64, cosine · 16': { ...recurrent(Infinity, 16, { events: 0.25, blocks: 0.2 }), width: 64 } },
  tryEpochs: 0,
  epochs: 3,
};

/** `quick`: each by the first setting of its list. */
export const sessionRecipes = (items: number, epochs: Epochs, quick: boolean): readonly SessionRecipe[] => {
  const row = (name: string, kind: SessionRecipe['kind'], grid: readonly Setting[]) =>
    gridRecipe(name, kind, quick ? grid.slice(0, 1) : grid);
  return [
    row('POP', 'baseline', [popularity(1)]),
    row('popularity of last days', 'baseline', [0.02, 0.05, 0.2].map(popularity)),
    row('S-POP', 'baseline', [sessionPopularity]),
    row('own items', 'baseline', [0.7, 0.5, 0.9].map(ownItems)),
    row(
      'Item-KNN',
      'baseline',
      [0.1, 1].map((damping) => coOccurrence(200, false, 0, damping)),
    ),
    row('last-item co-occurrence', 'baseline', [
      coOccurrence(5, true, 1, 0.1),
      coOccurrence(5, false, 1, 0.1),
      coOccurrence(5, false, 1, 1),
    ]),
    row('V-SKNN', 'baseline', [vsknn(500, 5000, 0), vsknn(100, 1000, 0), vsknn(500, 5000, 1), vsknn(1500, 5000, 1)]),
    row('STAN', 'baseline', [
      stan(500, 1, 1, 0.2),
      stan(500, 2, 1, 0.5),
      stan(1500, 1, 2, 0.5),
      stan(1500, 2, 2, 0.5, 1),
      stan(1500, 3, 4, 1, 1),
    ]),
    row('smooth neighbours', 'part', [
      smooth(2, 0.2, 2, 0.3, 200),
      smooth(2, 0.5, 1, 1, 1000),
      smooth(3, 0.5, 2, 0.3, 1000),
      smooth(3, 0.5, 2, 1, 1000),
    ]),
    recurrentSessions(quick ? quickGrid : recurrentGrid(items, epochs)),
  ];
};
