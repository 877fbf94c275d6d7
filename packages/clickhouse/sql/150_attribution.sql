-- What lists led to: a row for each thing that somebody did with an item of a list in [since, until), epoch ms of event time,
-- with the list's release and the item's source and place. A view that is read over a bounded range: one that is fed by
-- every event would cost a microsecond of each (docs/decisions/0023-attribution.md: the rule's reasons, the figures).
-- Rows count as in windows: accepted or late, and neither a robot's nor an outlier's (flags 96 = contracts'
-- EXCLUDED_FROM_WINDOWS). The rule:
-- 1. That an item was shown, clicked (or viewed), put into the cart or dismissed counts once for a subject and a list.
-- 2. A purchase is the list's that it names. Where it names none, it is the list's that was named by the last click, view
--    or cart of that item at most `hours` before, by the same subject or by the device that it signed in on.
-- 3. A return is taken off the last purchase of that item by the same subject before it, whenever it comes.
-- 4. A list is its own subject's; those for strangers and of similar items are everyone's.
-- status: 'counted'; 'other subject' breaks rule 4; 'not listed' names no known list, or one without the item.
CREATE VIEW IF NOT EXISTS attribution {{on_cluster}} AS
WITH
  bought AS (
    SELECT topic_id, partition, offset, event_time, subject, ifNull(visitor_id, '') AS visitor, assumeNotNull(item_id) AS item,
      ifNull(recomm_id, '') AS named, toDecimal128(ifNull(base_amount, 0), 4) AS gross,
      arrayJoin(arrayDistinct([subject, if(visitor = '', subject, visitor)])) AS who
    FROM events
    WHERE outcome IN ('accepted', 'late') AND bitAnd(flags, 96) = 0 AND event_type = 'purchase' AND ifNull(item_id, '') != ''
      AND event_time >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
  ),
  taken_back AS (
    SELECT b.topic_id AS topic_id, b.partition AS partition, b.offset AS offset, sum(r.amount) AS returned
    FROM (
      SELECT event_time, subject, assumeNotNull(item_id) AS item, toDecimal128(ifNull(base_amount, 0), 4) AS amount
      FROM events
      WHERE outcome IN ('accepted', 'late') AND bitAnd(flags, 96) = 0 AND event_type = 'return' AND ifNull(item_id, '') != ''
        AND event_time >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
    ) AS r
    ASOF INNER JOIN bought AS b ON r.subject = b.who AND r.item = b.item AND r.event_time >= b.event_time
    GROUP BY topic_id, partition, offset
  ),
  touched AS (
    SELECT event_time, subject, assumeNotNull(item_id) AS item, assumeNotNull(recomm_id) AS list
    FROM events
    WHERE outcome IN ('accepted', 'late') AND bitAnd(flags, 96) = 0 AND event_type IN ('view', 'click', 'cart')
      AND ifNull(recomm_id, '') != '' AND ifNull(item_id, '') != ''
      AND event_time >= fromUnixTimestamp64Milli({since:Int64}, 'UTC') - toIntervalHour({hours:UInt32}) AND event_time < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
  ),
  purchases AS (
    SELECT topic_id, partition, offset, any(b.event_time) AS at, any(b.subject) AS who_did, any(b.visitor) AS device, any(b.item) AS what,
      any(b.gross) AS paid, any(b.named) AS own,
      argMaxIf(t.list, t.event_time, t.list != '' AND b.event_time <= t.event_time + toIntervalHour({hours:UInt32})) AS clicked
    FROM bought AS b
    ASOF LEFT JOIN touched AS t ON b.who = t.subject AND b.item = t.item AND b.event_time >= t.event_time
    WHERE b.event_time < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
    GROUP BY topic_id, partition, offset
  ),
  facts AS (
    SELECT assumeNotNull(recomm_id) AS list, subject AS who_did, ifNull(visitor_id, '') AS device,
      (assumeNotNull(item_id), if(event_type = 'view', 'click', toString(event_type)), event_time, toDecimal128(0, 4), toDecimal128(0, 4)) AS deed
    FROM events
    WHERE outcome IN ('accepted', 'late') AND bitAnd(flags, 96) = 0 AND event_type IN ('impression', 'view', 'click', 'cart', 'dismiss')
      AND ifNull(recomm_id, '') != '' AND ifNull(item_id, '') != ''
      AND event_time >= fromUnixTimestamp64Milli({since:Int64}, 'UTC') AND event_time < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
    UNION ALL
    SELECT if(own != '', own, clicked) AS list, who_did, device, (what, 'purchase', at, paid, returned) AS deed
    FROM purchases
    LEFT JOIN taken_back USING (topic_id, partition, offset)
    WHERE list != ''
  ),
  -- a list is joined once with all that a subject did with it: joining each of its items took four times as long
  viewers AS (
    SELECT list, who_did, groupUniqArray(device) AS devices, arraySort(groupArray(deed)) AS all_deeds,
      arrayFilter((d, before, n) -> n = 1 OR d.2 = 'purchase' OR d.1 != before.1 OR d.2 != before.2,
        all_deeds, arrayPushFront(arrayPopBack(all_deeds), all_deeds[1]), arrayEnumerate(all_deeds)) AS deeds
    FROM facts
    GROUP BY list, who_did
  ),
  shown AS (
    SELECT recomm_id, subject AS owner, release AS release_name, items.item_id AS ids, items.source AS sources
    FROM lists
    WHERE outcome = 'accepted' AND NOT deleted AND recomm_id IN (
      SELECT assumeNotNull(recomm_id)
      FROM events
      WHERE outcome IN ('accepted', 'late') AND bitAnd(flags, 96) = 0 AND ifNull(recomm_id, '') != ''
        AND event_time >= fromUnixTimestamp64Milli({since:Int64}, 'UTC') - toIntervalHour({hours:UInt32}) AND event_time < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
    )
    LIMIT 1 BY recomm_id
  )
SELECT
  list AS recomm_id,
  who_did AS subject,
  fact.1 AS item_id,
  fact.2 AS kind, -- impression, click, cart, dismiss, purchase
  fact.3 AS event_time, -- of the first, where there are several
  fact.4 AS gross, -- in the base currency; lines without a rate are 0, as in windows
  fact.5 AS returned,
  toUInt32(place) AS position, -- from 1
  toString(place_source) AS source,
  release_name AS release,
  list_kind,
  multiIf(place = 0, 'not listed', is_own, 'counted', 'other subject') AS status
FROM (
  SELECT v.list AS list, v.who_did AS who_did, v.deeds AS deeds, s.release_name AS release_name,
    arrayMap(item -> indexOf(s.ids, item), v.deeds.1) AS places, arrayMap(n -> s.sources[n], places) AS place_sources,
    multiIf(s.owner = '', '', s.owner = '*', 'strangers', startsWith(s.owner, 'item:'), 'similar items', 'subject') AS list_kind,
    list_kind != 'subject' OR s.owner = v.who_did OR has(v.devices, s.owner) AS is_own
  FROM shown AS s
  RIGHT JOIN viewers AS v ON s.recomm_id = v.list
)
ARRAY JOIN deeds AS fact, places AS place, place_sources AS place_source;
