import { recurrentDefaults } from '@nextcart/models';
import type { TrainedGrid } from '../parts/choose-trained.ts';
import type { RecurrentSettings } from '../parts/fit-recurrent.ts';
import { type EdlaeSessionsGrid, edlaeSessions } from './edlae.ts';
import { gridRecipe, type Setting } from './grid-recipe.ts';
import { recurrentSessions } from './recurrent.ts';
import type { SessionRecipe } from './session-part.ts';
import { coOccurrence, ownItems, popularity, sessionPopularity, smooth, stan, vsknn } from './settings.ts';

/** A catalogue that is scored whole in each step, at d 64. */
export const SMALL = 10_000;

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

/** With sampled negatives, whatever the catalogue. */
const drawn = (settings: RecurrentSettings): RecurrentSettings => ({ ...settings, softmax: recurrentDefaults.softmax });

const recurrentGrid = (items: number, epochs: Epochs): TrainedGrid<RecurrentSettings> => ({
  settings: {
    'cosine · 16, dropout .45 / .3': recurrent(items, 16, { events: 0.45, blocks: 0.3 }),
    'product, dropout .45 / .3': recurrent(items, 0, { events: 0.45, blocks: 0.3 }),
    'cosine · 16, dropout .25 / .2': recurrent(items, 16, { events: 0.25, blocks: 0.2 }),
    // of few sessions a full softmax moves the rows of items that nobody saw (decision 40)
    ...(items < SMALL && {
      'cosine · 16, dropout .45 / .3, 2,048 draws': drawn(recurrent(items, 16, { events: 0.45, blocks: 0.3 })),
      'cosine · 16, dropout .25 / .2, 2,048 draws': drawn(recurrent(items, 16, { events: 0.25, blocks: 0.2 })),
    }),
  },
  ...epochs,
});

const quickGrid: TrainedGrid<RecurrentSettings> = {
  settings: { 'd 64, cosine · 16': { ...recurrent(Infinity, 16, { events: 0.25, blocks: 0.2 }), width: 64 } },
  tryEpochs: 0,
  epochs: 3,
};

const edlaeGrid: EdlaeSessionsGrid = {
  lambda: [20, 5, 100, 300],
  dropout: [0.33, 0.5],
  fade: [0.5, 1, 0.3],
  keep: [1000, 200],
  items: 20_000,
  searchItems: 6000,
};

const quickEdlae: EdlaeSessionsGrid = {
  ...{ lambda: [20], dropout: [0.33], fade: [0.5], keep: [200] },
  ...{ items: 1000, searchItems: 1000 },
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
    edlaeSessions(quick ? quickEdlae : edlaeGrid),
    recurrentSessions(quick ? quickGrid : recurrentGrid(items, epochs)),
  ];
};
