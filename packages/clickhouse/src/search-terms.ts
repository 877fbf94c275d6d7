/**
 * What searches led to. An event counts for the search term that its subject named last, on a search or with a deed, at
 * most SESSION_GAP_MS before it: shops seldom say with a cart or a purchase what was searched for. A term of its own
 * goes before. A return is of a purchase and not of what was searched since, so it counts for its own term alone.
 */
import { SESSION_GAP_MS } from '@nextcart/contracts';
import type { Stretch } from './window-cover.ts';
import { rawStretch, windowColumns, windowCondition } from './window-rows.ts';

/** The rows of a stretch of event time with their terms in `query_text`, beside `who`. `bound`: which rows are there. */
export const rowsWithSearchTerms = ({ from, to }: Stretch, bound: string): string => `
SELECT * REPLACE (if(query_text != '' OR type = 'return' OR ifNull(at - named_at, inf) > ${SESSION_GAP_MS}, query_text, assumeNotNull(named)) AS query_text)
FROM (
  SELECT ${windowColumns}, subject AS who, toUnixTimestamp64Milli(event_time) AS at,
    last_value(nullIf(query_text, '')) OVER so_far AS named, last_value(if(query_text = '', NULL, at)) OVER so_far AS named_at
  FROM events
  WHERE ${windowCondition} AND ${rawStretch({ from: from - SESSION_GAP_MS, to })} AND ${bound}
  WINDOW so_far AS (PARTITION BY subject ORDER BY event_time, topic_id, partition, offset ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
WHERE at >= ${Math.trunc(from)}`;
