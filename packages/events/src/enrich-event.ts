import { eventTypes, flags, MAX_UNITS } from '@nextcart/contracts';
import type { CatalogFacts, CatalogLookup } from './catalog-state.ts';
import type { EventFields } from './event-view.ts';
import type { Rates } from './rates.ts';
import type { Spreads } from './spreads.ts';
import type { Verdict } from './verdict.ts';

/** Types whose line is money. Returns too: their sign comes from the type. */
const isMoney = eventTypes.map((type) => type === 'cart' || type === 'purchase' || type === 'return');

/**
 * Money of the line: as given, else price × quantity of the catalogue. The currency goes with the amount: an imputed
 * amount is in the catalogue's currency whatever the event says, a given amount without one is taken to be in it.
 */
const priceLine = (out: Verdict, facts: CatalogFacts | undefined, rates: Rates, spreads: Spreads): void => {
  const { event } = out;
  const given = event.amountUnits;
  const currency = event.currency || null;
  if (given !== null) {
    out.lineUnits = given;
    out.lineCurrency = currency ?? facts?.currency ?? '';
    if (currency === null && out.lineCurrency !== '') out.flags |= flags.imputedCurrency;
  } else {
    const price = facts?.priceUnits ?? null;
    const units = price === null ? null : price * BigInt(event.quantity ?? 1);
    if (units === null || units > MAX_UNITS) return;
    out.lineUnits = units;
    out.lineCurrency = facts?.currency ?? currency ?? '';
    out.flags |= flags.imputedAmount;
    if (out.lineCurrency !== currency) out.flags |= flags.imputedCurrency;
  }
  out.baseUnits = rates.toBase(out.lineUnits, out.lineCurrency);
  if (out.baseUnits === null) out.flags |= flags.unknownCurrency;
  else if (spreads.isOutlier(out.category, out.baseUnits)) out.flags |= flags.outlierAmount;
};

/** Fills what can be derived on a kept event, and flags what was. */
export const enrichEvent = (
  fields: EventFields,
  out: Verdict,
  catalog: CatalogLookup,
  rates: Rates,
  spreads: Spreads,
): void => {
  const { event } = out;
  const { bytes, starts, ends } = event.datum;
  const start = starts[fields.itemId] as number;
  const end = ends[fields.itemId] as number;
  let facts: CatalogFacts | undefined;
  if (start >= 0 && end > start) {
    facts = catalog.find === undefined ? catalog.get(event.itemId ?? '') : catalog.find(bytes, start, end);
    if (facts === undefined) out.flags |= flags.unknownItem;
    else {
      out.category = facts.category;
      out.brand = facts.brand;
      if (facts.category !== '') out.flags |= flags.imputedCategory;
    }
  }
  if (spreads.hasRobots) {
    const { subjectField } = out;
    if (spreads.isRobot(bytes, starts[subjectField] as number, ends[subjectField] as number)) out.flags |= flags.robot;
  }
  if (isMoney[event.typeIndex]) priceLine(out, facts, rates, spreads);
};
