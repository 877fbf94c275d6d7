/** What the model of a training reads, in words: for its artifact. What two models read, a release names both for. */
import type { ModelKind } from '@nextcart/contracts';
import type { Artifact, FeatureReader } from '@nextcart/models';
import { timeFeatures } from './data-set/sequences.ts';
import { type TrainingSettings, typesOf } from './data-set/settings.ts';
import { servingSettings } from './serving-settings.ts';

const READERS = { recurrent: 'recurrent model', autoencoder: 'autoencoder' } as const satisfies Record<
  ModelKind,
  FeatureReader
>;

/** By the model's shape, because a warm start sees of an event's time, type and words what its parent did. */
export const featuresOf = (
  settings: TrainingSettings,
  kind: ModelKind,
  shape: Readonly<Record<string, number>>,
): Artifact['features'] => {
  const readers = [READERS[kind]];
  const { items = 0, columns = 0, features = 0, types = 0 } = shape;
  /** Hashed ones: the autoencoder's stand behind its items. */
  const hashed = kind === 'autoencoder' ? columns - items : features;
  const eventType = {
    ...{ name: 'event type', definition: 'kind of event, by its place in the list', readers },
    settings: { types: typesOf(settings) },
  };
  const searchText = {
    name: 'search text',
    definition: "words of a search's text, to the recurrent model 3-grams too, hashed into columns",
    ...{ readers, settings: { columns: hashed } },
  };
  const searches = hashed > 0 ? [searchText] : [];
  if (kind === 'autoencoder') {
    const bag = {
      name: 'bag',
      definition:
        "a subject's items and words of its searches, each the sum of its events' weights: by type, halved for each half-life of age",
      ...{ readers, settings: { ...servingSettings(settings).bag } },
    };
    return [eventType, ...searches, bag];
  }
  const content = {
    name: 'item content',
    definition:
      "what the catalogue had last said of an item when the newest event that was learned from was appended, hashed into search text's columns",
    ...{ readers, settings: { fields: settings.itemFields } },
  };
  const times = Object.entries(timeFeatures)
    .filter(([column]) => (shape[column] ?? 0) > 0)
    .map(([, { name, definition, missing }]) => ({ name, definition, missing, readers }));
  const contents = hashed > 0 && settings.itemFields.length > 0 ? [content] : [];
  return [...times, ...(types > 0 ? [eventType] : []), ...searches, ...contents];
};
