/**
 * What a candidate is compared with: the release in force, and the last full training's that was. Either may have learned
 * more of the log than the other: a person puts in force what they like.
 */
import type { Artifacts } from '@nextcart/artifacts';
import { NextcartError, type ReleaseArtifact, type ReleaseLine } from '@nextcart/contracts';
import { type Artifact, openArtifact } from '@nextcart/models';
import { servingOfRelease } from '@nextcart/ranking';
import { furthest, nextPositions } from '../log-ranges.ts';
import { notThere } from '../not-there.ts';

export interface Rivals {
  /** Null: the ranker without models is in force. */
  readonly champion: Artifact | null;
  readonly anchor: Artifact | null;
  /** What could not be compared with. */
  readonly remarks: readonly string[];
}

/** `itself`: the cycle, which may be in the log already where it is done again. */
/** A store that can't be asked is an error: not to know a champion is no reason to do without. */
export const openRivals = async (artifacts: Artifacts, line: ReleaseLine, itself: string): Promise<Rivals> => {
  const served = line.line().filter(({ releaseId }) => releaseId !== itself);
  const remarks: string[] = [];
  const open = opener(artifacts, remarks);
  const champion = await open(served.at(-1), IN_FORCE);
  const full = await newestFull(artifacts, served);
  if (full === undefined && served.length > 0)
    remarks.push("no full training's release is left to be compared with: the champion stands for the anchor");
  if (full === undefined || full === served.at(-1)) return { champion, anchor: champion, remarks };
  return { champion, anchor: (await open(full, 'the anchor')) ?? champion, remarks };
};

/** Where a log goes on after what any of them has learned; those that were taken away by now are not compared with. */
export const nextOfRivals = async (
  artifacts: Artifacts,
  served: readonly ReleaseArtifact[],
  topicId: string,
): Promise<ReadonlyMap<number, number>> => {
  const rivals = [served.at(-1), await newestFull(artifacts, served)].filter((known) => known !== undefined);
  const learned = await Promise.all(
    rivals.map(async ({ uri }) => (await artifacts.manifest(uri).catch(notThere))?.manifest.trainedOn ?? []),
  );
  return furthest(learned.map((ranges) => nextPositions(ranges, topicId)));
};

/** The release in force by itself; null, and a remark, where it can't be opened. */
export const openChampion = async (
  artifacts: Artifacts,
  line: ReleaseLine,
): Promise<Pick<Rivals, 'champion' | 'remarks'>> => {
  const remarks: string[] = [];
  return { champion: await opener(artifacts, remarks)(line.inForce() ?? undefined, IN_FORCE), remarks };
};

const IN_FORCE = 'the release in force';

const opener =
  (artifacts: Artifacts, remarks: string[]) =>
  async (known: ReleaseArtifact | undefined, what: string): Promise<Artifact | null> => {
    if (known === undefined) return null;
    try {
      const artifact = await openArtifact(await artifacts.folder(known), { hash: known.hash });
      servingOfRelease(artifact); // lists are made with it
      return artifact;
    } catch (error) {
      // an answer that did not come says nothing of the release
      if (error instanceof NextcartError) throw error;
      remarks.push(`${what}, ${known.releaseId}, can't be compared with: ${(error as Error).message}`);
      return null;
    }
  };

/** The newest full training's in the line; those that were taken away by now are passed over. */
export const newestFull = async (
  artifacts: Artifacts,
  served: readonly ReleaseArtifact[],
): Promise<ReleaseArtifact | undefined> => {
  for (const known of served.toReversed()) {
    const found = await artifacts.manifest(known.uri).catch(notThere);
    const cycle = found?.manifest.settings['cycle'] as { readonly mode?: unknown } | undefined;
    if (cycle?.mode === 'full') return known;
  }
  return undefined;
};
