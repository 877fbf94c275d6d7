import {
  columnOf,
  type EventFeature,
  type EventSequences,
  foldWindows,
  gap,
  hour,
  type Learnable,
  nextItemTargets,
  queryFields,
  weekday,
} from '@nextcart/models';
import { amountScale } from './amount-scale.ts';
import type { DataSet } from './data-set.ts';
import { searchTokens } from './search-tokens.ts';
import { type TrainingSettings, typesOf } from './settings.ts';
import { withShortContext } from './short-context.ts';

/** What the recurrent model sees of an event's time. */
export const timeFeatures = { gaps: gap, hours: hour, weekdays: weekday } as const satisfies Record<
  string,
  EventFeature
>;

/** Events of all subjects, a sequence each, and what each event should foretell, cut into the folds that states are. */
export const toSequences = (whole: DataSet, settings: TrainingSettings): Learnable => {
  const data = withShortContext(whole);
  const events: EventSequences = {
    rowStart: data.rowStart,
    items: data.items,
    types: data.types,
    gaps: timeColumn(data, timeFeatures.gaps),
    hours: timeColumn(data, timeFeatures.hours),
    weekdays: timeColumn(data, timeFeatures.weekdays),
    ...(settings.searchFeatures > 0 && {
      tokens: searchTokens(data, settings, queryFields(data.queryTexts, { buckets: settings.searchFeatures })),
    }),
  };
  return withoutGapsBefore(foldWindows({ events, targets: weighedTargets(data, events, settings) }));
};

/** A state begins with the first event of its fold, and serving does not know what was before that. */
const withoutGapsBefore = (windows: Learnable): Learnable => {
  const { rowStart, gaps } = windows.events;
  const none = columnOf([timeFeatures.gaps], [{ times: [0], types: [], items: [], amounts: [] }], NOTHING_KNOWN);
  for (const start of rowStart.subarray(0, -1)) if (gaps && start < gaps.length) gaps[start] = none?.[0] as number;
  return windows;
};

/** The next event with an item, weighed by its type and its amount; nothing where that is not to be learned. */
const weighedTargets = (data: DataSet, events: EventSequences, settings: TrainingSettings) => {
  const byType = typesOf(settings).map((type) => settings.events[type]?.target ?? 0);
  const targets = nextItemTargets(events, (type) => byType[type] as number);
  const scale = amountScale(data, settings.amountShare);
  const weights = targets.weights.map((weight, event) =>
    weight > 0 && data.learned[event + 1] === 1 ? weight * scale(event + 1) : 0,
  );
  return { ...targets, weights };
};

const NOTHING_KNOWN = { priceDeciles: [], since: [], amountLimits: () => undefined };

/** A subject at a time: features look back within it alone. */
const timeColumn = ({ rowStart, times, types, items, amounts }: DataSet, feature: EventFeature): Uint8Array => {
  const column = new Uint8Array(times.length);
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    const [start, end] = [rowStart[row] as number, rowStart[row + 1] as number];
    const part = <A extends { subarray(from: number, to: number): A }>(from: A): A => from.subarray(start, end);
    const events = { times: part(times), types: part(types), items: part(items), amounts: part(amounts) };
    column.set(columnOf([feature], [events], NOTHING_KNOWN) as Uint8Array, start);
  }
  return column;
};
