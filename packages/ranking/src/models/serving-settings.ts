import { type EventType, eventTypes, type ListSource, listSources } from '@nextcart/contracts';
import type { Artifact } from '@nextcart/models';

/** What a release says of its use, beside its models: `settings.serving` of its manifest. */
export interface ServingSettings {
  /** Types that the models see, in the order of their numbers; events of others are passed over. */
  readonly types: readonly EventType[];
  /** The next event of this type is asked for by the main list. */
  readonly asked: EventType;
  /** Columns that words of searches are hashed into; 0: a search is an event without content. */
  readonly searchFeatures: number;
  readonly bag: {
    /** By type, in the order of `types`; 0: not in the bag. */
    readonly weights: readonly number[];
    readonly halfLifeDays: number;
  };
  /** Of all parts of the ranking, those without training too. */
  readonly weights: Readonly<Partial<Record<ListSource, number>>>;
}

/** How a release is served. Throws a RangeError for one that says nothing of it, or is without a model. */
export const servingOfRelease = ({ manifest, models }: Artifact): ServingSettings => {
  if (!models.recurrent && !models.autoencoder)
    throw new RangeError(`release ${manifest.release} has no model that can be served`);
  return readServingSettings(manifest.settings);
};

/** Throws a RangeError naming what can't be used. */
export const readServingSettings = (settings: Readonly<Record<string, unknown>>): ServingSettings => {
  const serving = settings['serving'] as Partial<ServingSettings> | undefined;
  const refuse = (what: string) => new RangeError(`the release's settings for serving: ${what}`);
  if (typeof serving !== 'object') throw refuse('there are none');
  const { types, asked, searchFeatures, bag, weights } = serving;
  if (!Array.isArray(types) || types.some((type) => !eventTypes.includes(type as EventType)))
    throw refuse(`types are ${JSON.stringify(types)}`);
  if (asked === undefined || !types.includes(asked)) throw refuse(`asked for ${asked}`);
  if (!(Number.isInteger(searchFeatures) && (searchFeatures as number) >= 0))
    throw refuse(`${searchFeatures} columns of searches`);
  if (bag?.weights.length !== types.length || !(bag.halfLifeDays > 0)) throw refuse(`bags of ${JSON.stringify(bag)}`);
  const unknown = Object.entries(weights ?? {}).find(
    ([source, weight]) => !listSources.includes(source as ListSource) || !(weight >= 0),
  );
  if (weights === undefined || unknown) throw refuse(`weights of ${JSON.stringify(weights)}`);
  return serving as ServingSettings;
};
