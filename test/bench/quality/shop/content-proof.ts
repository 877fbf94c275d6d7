/**
 * The content model where nothing else knows anything: items whose every look was taken out of the training, and search
 * texts that were. Measured against popularity in the item's category, and against words alone.
 */
import { addCosines, fitRelation, ndcgAt, queryFields, rankAgainst, recallAt } from '@nextcart/models';
import type { QualityBench, QualityContext, QualityRow } from '../quality-bench.ts';
import { createRandom } from '../random.ts';
import { collectLog } from './collect-log.ts';
import { BUCKETS, fitContent, searchesOf, textOf } from './content-part.ts';
import { boughtThenLooked, lookedTogether, popularityOf, withoutTexts } from './content-truth.ts';
import { K } from './measure.ts';
import type { Known } from './shop-log.ts';
import type { ShopSource } from './shop-source.ts';
import { simulatedSource } from './simulated-source.ts';
import { wideShop } from './sizes.ts';

const HELD_OUT = 0.15;
/** Always as many, so that seeds can be laid side by side: items, those of them with complements, texts. */
const COUNTS = { whole: [180, 60, 300], quick: [80, 25, 100] } as const;
/** What a natural logarithm of looks counts against a cosine. */
const PRIOR = 0.15;
const CO_LOOKED = `NDCG@${K} looked at together`;
const COMPLEMENTS = `recall@${K} complements`;
const SEARCHED = `NDCG@${K} unseen search`;

export const contentBench: QualityBench = {
  name: 'shop-content',
  about: 'the content model on items and searches of the simulated shop that were held out of its training',
  metrics: {
    [CO_LOOKED]: `of items held out (${HELD_OUT} of all): items that were looked at in a visit with it, by how often (the ${K} most frequent are to be found)`,
    [COMPLEMENTS]: 'of held-out items that have some: the true complements',
    [SEARCHED]: 'of search texts held out, with their typing errors: what was looked at right after',
  },
  published: [],
  missing: () => undefined,
  run: async (context) => {
    const size = context.quick ? { ...wideShop, users: 1500, days: 24, items: 720 } : wideShop;
    const source = await simulatedSource({ ...size, seed: context.seed });
    const { known } = collectLog(source, size).test;
    return { rows: await rowsOf(known, source, context), choices: [], curves: [], n: { items: size.items } };
  },
};

type Scores = (into: Float32Array) => void;
interface Row {
  readonly name: string;
  readonly kind: QualityRow['kind'];
  alike?(item: number): Scores;
  completing?(item: number): Scores;
  answering?(query: string): Scores;
}

const rowsOf = async (known: Known, source: ShopSource, context: QualityContext): Promise<QualityRow[]> => {
  const { items } = known;
  const random = createRandom(context.seed);
  const held = new Set(items.map((_, item) => item).filter(() => random() < HELD_OUT));
  const isHeldOut = (item: number) => held.has(item);
  const searches = searchesOf(known, () => false);
  const heldTexts = new Set(searches.queries.filter(() => random() < HELD_OUT));
  // what is learned from has neither the items nor the texts
  const learnable = withoutTexts(known, heldTexts);
  const settings = { width: 64, lambda: 1, doubt: Infinity };
  const { space, fields } = await fitContent(learnable, settings, context, isHeldOut);
  const follow = fitRelation(
    { itemFields: fields, columns: BUCKETS, pairs: boughtThenLooked(known, isHeldOut), space },
    { lambda: 1 },
  )(fields);
  const text = textOf(items);
  const popularity = popularityOf(known, isHeldOut);
  const median = popularity.toSorted()[items.length >> 1] as number;
  const at = (all: Float32Array, row: number) => all.subarray(row * space.width, (row + 1) * space.width);
  const placeOf = (query: string) => space.place(queryFields([query], { buckets: BUCKETS }));
  const words =
    (query: string, factor: number): Scores =>
    (into) => {
      const { documents, scores } = text.answer(query, items.length);
      documents.forEach((item, n) => void (into[item] = (into[item] as number) + factor * (scores[n] as number)));
    };
  const sameText =
    (item: number): Scores =>
    (into) => {
      const { documents, scores } = text.like(item, items.length);
      documents.forEach((other, n) => void (into[other] = scores[n] as number));
    };
  const inCategory =
    (item: number): Scores =>
    (into) => {
      const own = items[item]?.category.join('>');
      items.forEach(({ category }, other) => {
        into[other] = (category.join('>') === own ? 1e6 : 0) + (popularity[other] as number);
      });
    };
  /** A known item counts by its looks too, one that is new as the median. */
  const weighed =
    (scores: Scores): Scores =>
    (into) => {
      scores(into);
      popularity.forEach((count, item) => {
        const looks = isHeldOut(item) ? median : count;
        into[item] = (into[item] as number) + PRIOR * Math.log(1 + looks);
      });
    };
  const rows: Row[] = [
    {
      name: 'popularity in the category',
      kind: 'baseline',
      alike: inCategory,
      completing: inCategory,
      answering: () => (into) => into.set(popularity),
    },
    {
      name: 'words alone',
      kind: 'baseline',
      alike: sameText,
      completing: sameText,
      answering: (query) => words(query, 1),
    },
    {
      name: 'learned space',
      kind: 'part',
      alike: (item) => (into) => addCosines(at(space.items, item), space, 1, into),
      completing: (item) => (into) => addCosines(at(follow, item), space, 1, into),
      answering: (query) => (into) => addCosines(placeOf(query), space, 1, into),
    },
    {
      name: 'learned space × popularity',
      kind: 'part',
      alike: (item) => weighed((into) => addCosines(at(space.items, item), space, 1, into)),
      completing: (item) => weighed((into) => addCosines(at(follow, item), space, 1, into)),
      answering: (query) =>
        weighed((into) => {
          addCosines(placeOf(query), space, 1, into);
          words(query, 1)(into);
        }),
    },
    {
      name: 'learned space and words',
      kind: 'part',
      answering: (query) => (into) => {
        addCosines(placeOf(query), space, 1, into);
        words(query, 1)(into);
      },
    },
  ];
  const [itemCount, complementCount, textCount] = context.quick ? COUNTS.quick : COUNTS.whole;
  const together = firstOf([...lookedTogether(known, held)], itemCount);
  const withComplements = firstOf(
    [...held].filter((item) => source.complementsOf(item).length > 0),
    complementCount,
  );
  const texts = firstOf(
    [...searches.queries.entries()].filter(([, query]) => heldTexts.has(query)),
    textCount,
  );
  return rows.map((row) => {
    const nobody = new Set<number>();
    const scored = (scores: Scores) => {
      const into = new Float32Array(items.length);
      scores(into);
      return into;
    };
    const subjects: Record<string, Float64Array> = {};
    const { alike, completing, answering } = row;
    if (alike)
      subjects[CO_LOOKED] = Float64Array.from(together, ([item, wanted]) =>
        ndcgAt(rankAgainst(scored(alike(item)), new Set([item]), wanted, K), wanted, K),
      );
    if (completing)
      subjects[COMPLEMENTS] = Float64Array.from(withComplements, (item) => {
        const wanted = new Set(source.complementsOf(item));
        return recallAt(rankAgainst(scored(completing(item)), new Set([item]), wanted, K), wanted, K, 'targets');
      });
    if (answering)
      subjects[SEARCHED] = Float64Array.from(texts, ([at, query]) => {
        const { columns, rowStart } = searches.clicks;
        const wanted = new Set(columns.subarray(rowStart[at], rowStart[at + 1]));
        return ndcgAt(rankAgainst(scored(answering(query)), nobody, wanted, K), wanted, K);
      });
    return { name: row.name, kind: row.kind, subjects, settings: '' };
  });
};

const firstOf = <T>(all: readonly T[], count: number): readonly T[] => {
  if (all.length < count) throw new RangeError(`${all.length} were held out, not ${count}`);
  return all.slice(0, count);
};
