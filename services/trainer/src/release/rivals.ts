/**
 * What a candidate is compared with: the release in force, and the last full training's that was. Either may have learned
 * more of the log than the other: a person puts in force what they like.
 */
import { fileURLToPath } from 'node:url';
import type { ReleaseArtifact, ReleaseLine } from '@nextcart/contracts';
import { type Artifact, ArtifactError, openArtifact, readManifest } from '@nextcart/models';
import { servingOfRelease } from '@nextcart/ranking';
import { furthest, nextPositions } from '../log-ranges.ts';

export interface Rivals {
  /** Null: the ranker without models is in force. */
  readonly champion: Artifact | null;
  readonly anchor: Artifact | null;
  /** What could not be compared with. */
  readonly remarks: readonly string[];
}

/** `itself`: the cycle, which may be in the log already where it is done again. */
export const openRivals = async (line: ReleaseLine, itself: string): Promise<Rivals> => {
  const served = line.line().filter(({ releaseId }) => releaseId !== itself);
  const remarks: string[] = [];
  const open = opener(remarks);
  const champion = await open(served.at(-1), IN_FORCE);
  const full = await newestFull(served);
  if (full === undefined && served.length > 0)
    remarks.push("no full training's release is left to be compared with: the champion stands for the anchor");
  if (full === undefined || full === served.at(-1)) return { champion, anchor: champion, remarks };
  return { champion, anchor: (await open(full, 'the anchor')) ?? champion, remarks };
};

/** Where a log goes on after what any of them has learned; those that were taken away by now are not compared with. */
export const nextOfRivals = async (
  served: readonly ReleaseArtifact[],
  topicId: string,
): Promise<ReadonlyMap<number, number>> => {
  const rivals = [served.at(-1), await newestFull(served)].filter((known) => known !== undefined);
  const learned = await Promise.all(rivals.map((known) => trainedOn(known).catch(() => [])));
  return furthest(learned.map((ranges) => nextPositions(ranges, topicId)));
};

/** The release in force by itself; null, and a remark, where it can't be opened. */
export const openChampion = async (line: ReleaseLine): Promise<Pick<Rivals, 'champion' | 'remarks'>> => {
  const remarks: string[] = [];
  return { champion: await opener(remarks)(line.inForce() ?? undefined, IN_FORCE), remarks };
};

const IN_FORCE = 'the release in force';

const opener =
  (remarks: string[]) =>
  async (known: ReleaseArtifact | undefined, what: string): Promise<Artifact | null> => {
    if (known === undefined) return null;
    try {
      const artifact = await openArtifact(folderOf(known), { hash: known.hash });
      servingOfRelease(artifact); // lists are made with it
      return artifact;
    } catch (error) {
      remarks.push(`${what}, ${known.releaseId}, can't be compared with: ${(error as Error).message}`);
      return null;
    }
  };

/** Throws an ArtifactError for what is not a folder here. */
export const folderOf = ({ releaseId, uri }: ReleaseArtifact): string => {
  if (!uri.startsWith('file:'))
    throw new ArtifactError('', `release ${releaseId} lies at ${uri}, not in a folder`, 'copy it to TRAINER_DATA_DIR');
  return fileURLToPath(uri);
};

/** The newest full training's in the line; those that were taken away by now are passed over. */
export const newestFull = async (served: readonly ReleaseArtifact[]): Promise<ReleaseArtifact | undefined> => {
  for (const known of served.toReversed()) {
    const mode = await modeOf(known).catch(() => undefined); // taken away by now
    if (mode === 'full') return known;
  }
  return undefined;
};

const trainedOn = async (known: ReleaseArtifact) => (await readManifest(folderOf(known))).manifest.trainedOn;

const modeOf = async (known: ReleaseArtifact): Promise<unknown> => {
  const { manifest } = await readManifest(folderOf(known));
  return (manifest.settings['cycle'] as { readonly mode?: unknown } | undefined)?.mode;
};
