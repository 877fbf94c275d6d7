/**
 * Puts items in order by what the other parts say and by what has just happened. Learned on looks of the validation's
 * days, from parts that were fitted before them. A subject's validation looks are scored by a network that learned from
 * other subjects alone, so that choices and the fusion's weights see no figure that is too good.
 */
import { type ListRanker, type ListRankerOptions, scoreList, trainListRanker } from '@nextcart/models';
import type { QualityContext } from '../../quality-bench.ts';
import { createRandom } from '../../random.ts';
import { bestOf } from '../../recipe.ts';
import { qualityOf } from '../measure.ts';
import type { SharedRow } from '../product-part.ts';
import type { Known, Look, Period } from '../shop-log.ts';
import { BATCH, SEEDS_APART, type ShopPart, type ShopRecipe } from '../shop-part.ts';
import { momentFeatures } from './features.ts';
import { createMoments, type Moments, WIDTH } from './moments.ts';

export interface RankerSettings extends Omit<ListRankerOptions, 'seed'> {
  /** Networks of several seeds, whose scores' mean counts. */
  readonly networks: number;
}

const NAME = 'ranker';
const FOLDS = 3;
/** Candidates of a look to learn from, the target first. */
const SIZE = 100;
const SHAPE = { features: WIDTH, contexts: momentFeatures.length };

export const rankerRow = (rows: readonly SharedRow[], grid: Readonly<Record<string, RankerSettings>>): ShopRecipe => ({
  name: NAME,
  kind: 'part',
  scores: 'logits',
  choose: async (validation, context) => {
    const moments = await createMoments(validation.known, rows);
    const lists = await listsOf(validation, moments, context);
    const train = ({ networks, ...settings }: RankerSettings, isWanted: (fold: number) => boolean) => {
      const wanted = [...validation.lessons.keys()].filter((at) => isWanted(foldOf(validation.lessons[at] as Look)));
      return Array.from({ length: networks }, (_, network) =>
        trainListRanker(lists, SHAPE, { ...settings, seed: context.seed + network * SEEDS_APART }, wanted),
      );
    };
    const tried = [];
    for (const [settings, options] of Object.entries(grid)) {
      const rankers: (readonly ListRanker[])[] = [];
      for (let fold = 0; fold < FOLDS; fold += 1) {
        rankers.push(train(options, (other) => other !== fold));
        context.signal.throwIfAborted();
      }
      const part = partOf(moments, validation.known, (look) => rankers[foldOf(look)] as readonly ListRanker[]);
      const quality = await qualityOf(validation, part, context);
      context.log(`${NAME}, ${settings}: validation ${quality.toFixed(4)}`);
      tried.push({ settings, options, quality, part });
    }
    const { settings, options, part } = bestOf(tried);
    const all = train(options, () => true);
    return {
      choice: { part: NAME, tried: tried.map(({ settings, quality }) => ({ settings, quality })), chosen: settings },
      part,
      refit: async (known) => partOf(await createMoments(known, rows), known, () => all),
    };
  },
});

/** Of a subject, always the same. */
const foldOf = ({ subject }: Look): number => {
  let sum = 0;
  for (let at = 0; at < subject.length; at += 1) sum = (31 * sum + subject.charCodeAt(at)) >>> 0;
  return sum % FOLDS;
};

const listsOf = async ({ known, lessons }: Period, moments: Moments, { seed, signal, progress }: QualityContext) => {
  const random = createRandom(seed);
  const count = known.items.length;
  const size = Math.min(SIZE, Math.floor(count / 2));
  const features = new Float32Array(lessons.length * size * WIDTH);
  const contexts = new Float32Array(lessons.length * SHAPE.contexts);
  const shown = progress('what the ranker learns from', lessons.length, 'looks');
  let list = 0;
  for (let start = 0; start < lessons.length; start += BATCH) {
    signal.throwIfAborted();
    await moments.visit(lessons.slice(start, start + BATCH), (look, all, moment) => {
      const others = new Set([...look.soldOut, look.target]);
      const put = (item: number, place: number) =>
        features.set(all.subarray(item * WIDTH, (item + 1) * WIDTH), (list * size + place) * WIDTH);
      put(look.target, 0);
      for (let place = 1; place < size; ) {
        const item = Math.floor(random() * count);
        if (others.has(item)) continue;
        others.add(item);
        put(item, place++);
      }
      contexts.set(moment, list * SHAPE.contexts);
      list += 1;
    });
    shown.at(Math.min(lessons.length, start + BATCH));
  }
  shown.done();
  return { size, features, moments: contexts };
};

/** Mean of the networks' scores, into `mean`, [items]. */
export const scoreMean = (
  rankers: readonly ListRanker[],
  features: Float32Array,
  moment: Float32Array,
  mean: Float32Array,
): void => {
  const own = new Float32Array(mean.length);
  mean.fill(0);
  for (const ranker of rankers) {
    scoreList(ranker, features, moment, own);
    own.forEach((score, item) => void (mean[item] = (mean[item] as number) + score / rankers.length));
  }
};

const partOf = (moments: Moments, { items }: Known, rankersOf: (look: Look) => readonly ListRanker[]): ShopPart => {
  const scores = new Float32Array(BATCH * items.length);
  return {
    score: async (looks) => {
      let at = 0;
      await moments.visit(looks, (look, features, moment) => {
        scoreMean(rankersOf(look), features, moment, scores.subarray(at * items.length, (at + 1) * items.length));
        at += 1;
      });
      return scores;
    },
    close: () => Promise.resolve(),
  };
};
