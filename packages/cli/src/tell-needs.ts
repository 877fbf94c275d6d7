/** What a release says that people want, read from the tables that the trainer writes after it. */
import {
  type CorrelationRow,
  type NeedRow,
  newestNeedsRelease,
  readCorrelations,
  readNeeds,
  readSegments,
  readSubjectDeeds,
  readSubjectNeeds,
  type SegmentRow,
  type Store,
  type SubjectDeed,
  type SubjectNeedsRow,
} from '@nextcart/clickhouse';
import { categoryText } from '@nextcart/contracts';

/** Deeds that are looked at for what is behind a need: what a fold keeps. */
const DEEDS = 127;

/** What a subject wants, with the deeds that say so. */
export interface ToldOfSubject {
  readonly release: string;
  readonly subject: string;
  readonly segment: SegmentRow;
  /** Strongest first. */
  readonly needs: readonly (NeedRow & { readonly strength: number; readonly deeds: readonly SubjectDeed[] })[];
}

/** What everybody wants. */
export interface ToldOfAll {
  readonly release: string;
  readonly needs: readonly NeedRow[];
  readonly segments: readonly SegmentRow[];
  readonly correlations: readonly CorrelationRow[];
}

const releaseOf = async (store: Store, wanted: string | undefined): Promise<string> => {
  const release = wanted ?? (await newestNeedsRelease(store));
  if (release === null)
    throw new Error(
      'no release has told needs yet: the trainer writes them after it has released its first model (see: nextcart models list)',
    );
  return release;
};

const unknownRelease = (release: string): Error =>
  new Error(
    `release '${release}' has no needs: they are written some seconds after a release and kept for 90 days (see: nextcart models list); without --release the newest that has some is shown`,
  );

/** Throws an Error that names the cure where no release, or not this one, has needs. */
export const tellAll = async (store: Store, wanted?: string): Promise<ToldOfAll> => {
  const release = await releaseOf(store, wanted);
  const segments = await readSegments(store, release);
  if (segments.length === 0) throw unknownRelease(release);
  const [needs, correlations] = [await readNeeds(store, release), await readCorrelations(store, release)];
  return { release, needs, segments, correlations };
};

/** The same for a subject that the release did not see. */
export const tellSubject = async (store: Store, subject: string, wanted?: string): Promise<ToldOfSubject> => {
  const release = await releaseOf(store, wanted);
  const segments = await readSegments(store, release);
  if (segments.length === 0) throw unknownRelease(release);
  const own = await readSubjectNeeds(store, release, subject);
  const segment = segments.find((one) => one.segment === own?.segment);
  if (own === null || segment === undefined)
    throw new Error(
      `release '${release}' knows no '${subject}': it had looked at no item by then, is a robot, was not among the 50,000 who were active last, or the release is not one of the newest ten. Wait for the next release, or see what it did: nextcart watch ${subject}`,
    );
  const needs = new Map((await readNeeds(store, release)).map((need) => [need.need, need]));
  const deeds = await readSubjectDeeds(store, subject, DEEDS);
  return { release, subject, segment, needs: needsOf(own, needs, deeds) };
};

const needsOf = (own: SubjectNeedsRow, needs: ReadonlyMap<number, NeedRow>, deeds: readonly SubjectDeed[]) =>
  own.needs.flatMap((number, at) => {
    const need = needs.get(number);
    const strength = own.strengths[at] as number;
    return need === undefined ? [] : [{ ...need, strength, deeds: deeds.filter((deed) => tells(deed, need)) }];
  });

/** Whether a deed has something that names the need. */
const tells = ({ itemId, category, query }: SubjectDeed, need: NeedRow): boolean =>
  need.itemIds.includes(itemId) ||
  category.some((_, level) => need.categories.includes(categoryText(category.slice(0, level + 1)))) ||
  wordsOf(query).some((word) => need.words.includes(word));

/** As needs are named by: lower case, without accents. */
const wordsOf = (query: string): string[] =>
  query
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 0);
