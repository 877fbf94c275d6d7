import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModelRelease } from '@nextcart/contracts';
import { followReleases } from '@nextcart/kafka';
import { type PurchaseCalibration, readCpu, writeArtifact } from '@nextcart/models';
import { untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import type { ServingSettings } from '@nextcart/ranking';
import { covisitsOf, itemIds, itemOf, openShop, trendingOf } from './shop.fixture.ts';

const serving: ServingSettings = {
  ...{ types: ['search', 'view', 'cart', 'purchase'], asked: 'view', searchFeatures: 0 },
  bag: { weights: [1, 1, 2, 3], halfLifeDays: 30 },
  weights: { covisit: 1, trending: 0.1, recurrent: 2, autoencoder: 1 },
};

/** A shop with a catalogue, snapshots, and a folder of untrained models that are released. */
export const openReleaseShop = async (urls: Parameters<typeof openShop>[0]) => {
  const shop = await openShop(urls);
  const folder = await mkdtemp(join(tmpdir(), 'releases-'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  await shop.snapshot('covisits', covisitsOf(itemIds));
  const records: ModelRelease[] = [];
  const follower = await followReleases({
    kafka: shop.kafka,
    topic: shop.names.releases,
    schemaText: (id) => shop.registry.schema(id),
    onRecord: (record) => void records.push(record),
  });

  /** Triggers after which the list stayed as it was, and was not published again. */
  const unchanged = new Set<number>();
  const listAfter = (key: string, offset: number) =>
    shop.until(`the list of ${key}`, () => {
      const list = shop.current(key)?.list;
      return list != null && list.triggerOffset >= offset ? list : undefined;
    });

  return {
    ...shop,
    /** All that was said of releases, by scorers too. */
    records,
    start: (over: Parameters<typeof shop.start>[0] = {}) =>
      shop.start({ onUnchanged: (_, offset) => void unchanged.add(offset), ...over }),
    /** Writes a release of untrained models and says that it is released. `failing`: at each cart and purchase. */
    release: async (
      releaseId: string,
      options: {
        items?: readonly string[];
        wrongHash?: true;
        cut?: true;
        failing?: true;
        purchases?: PurchaseCalibration;
      } = {},
    ) => {
      const { items = itemIds } = options;
      const types = options.failing ? serving.types.indexOf('cart') : serving.types.length;
      const seed = releaseId.length;
      const { hash } = await writeArtifact(join(folder, releaseId), {
        ...{ release: releaseId, createdAt: '2026-11-27T10:00:00Z', seeds: {}, trainedOn: [], metrics: [] },
        ...{ cpu: await readCpu(), items, features: [], tables: {} },
        settings: { serving },
        models: {
          recurrent: untrainedRecurrent({ items: items.length, types, gaps: 8, hours: 24 }, seed),
          autoencoder: untrainedAutoencoder(items.length, seed, serving.searchFeatures),
          ...(options.purchases && { purchases: options.purchases }),
        },
      });
      if (options.cut) await truncate(join(folder, releaseId, 'recurrent', 'weights.bin'), 100);
      await shop.sendRelease({
        ...{ releaseId, kind: 'released', artifactUri: pathToFileURL(join(folder, releaseId)).href },
        artifactHash: options.wrongHash ? 'f'.repeat(64) : hash,
      });
    },
    activated: (releaseId: string) =>
      shop.until(`the activation of ${releaseId}`, () =>
        records.find((record) => record.kind === 'activated' && record.releaseId === releaseId),
      ),
    listAfter,
    /** A list by a release: events are sent until there is one. */
    listBy: async (releaseId: string, userId: string) => {
      for (let n = 0; ; n += 1) {
        const offset = await shop.send([{ userId, itemId: itemIds[n % 40] as string }]);
        const list = await shop.until(`a list of ${userId} by ${releaseId}`, () => {
          const now = shop.current(userId)?.list;
          return now != null && (now.triggerOffset >= offset || unchanged.has(offset)) ? now : undefined;
        });
        if (list.release === releaseId) return list;
        if (n > 200) throw new Error(`still by ${list.release}`);
      }
    },
    close: async () => {
      await follower.close();
      await shop.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
export type ReleaseShop = Awaited<ReturnType<typeof openReleaseShop>>;
