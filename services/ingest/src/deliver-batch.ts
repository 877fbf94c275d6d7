import { formatPlan, NextcartError, planToken, wireSchemaId } from '@nextcart/contracts';
import type { Assignment } from '@nextcart/kafka';
import { type Clock, untilDone, type WaitingDeps } from '@nextcart/runtime';
import type { Batch, Quarantined } from './batch.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { FaultPoint } from './fault-point.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import type { Lander } from './lander.ts';
import type { RecordSink } from './record-sink.ts';
import { createRowBuffer } from './row-buffer.ts';

/**
 * Law 2: plan, dead letters, insert, in this order.
 * - The plan is committed before the insert, and the broker checks the generation: an expelled owner inserts nothing new.
 * - One plan is one insert is one block under one token; so a planned range is in the table whole or not at all.
 * - An insert that may have been tried before is looked for afterwards: a store that was killed while it took it can know
 *   the token and lack the rows. So can one that is still taking it from an owner that is dead: that is waited for.
 * - Dead letters are written before the insert: where the rows are in, the letters are.
 * - A range that the store refuses was not inserted. It is planned again as its two halves, and so on down to the
 *   record, which is quarantined. Each half is a plan of its own, so a crash in the middle needs no other recovery.
 */
export interface DeliveryDeps {
  readonly topic: string;
  readonly assignment: Pick<Assignment, 'topicId' | 'partition' | 'commit'>;
  readonly sink: RecordSink;
  readonly lander: Lander;
  readonly deadLetters: DeadLetters;
  readonly retry: WaitingDeps;
  readonly metrics: IngestMetrics;
  readonly clock: Clock;
  readonly faultPoint: FaultPoint;
}

/**
 * Puts all of a batch into the store as `first..last`; repeated after a failure, it goes on where it stopped. `again`:
 * the range was planned before, so somebody may have tried to insert it.
 */
export const deliverBatch = async (
  deps: DeliveryDeps,
  batch: Batch,
  range: { readonly first: number; readonly last: number; readonly again: boolean },
  signal: AbortSignal,
): Promise<void> => {
  const { topic, assignment, sink, retry, metrics, faultPoint } = deps;
  const { topicId, partition } = assignment;
  const who = `${topic}/${partition}`;
  const offsetOf = (index: number): number => batch.records.offsetOf(index);

  const tried = new Set<string>();
  const insert = async (rows: number, part: Buffer, first: number, last: number): Promise<void> => {
    const token = planToken(topicId, partition, first, last);
    const again = range.again || tried.has(token);
    tried.add(token);
    await sink.insert(rows, [part], { token, signal });
    if (again) await sink.reinstate(rows, [part], { range: { topicId, partition, first, last }, signal });
  };
  const writeLetters = async (letters: readonly Quarantined[]): Promise<void> => {
    if (letters.length === 0) return;
    await untilDone(retry, who, signal, () => deps.deadLetters.write({ topic, topicId, partition }, letters));
    metrics.deadLetters(topic, letters);
  };

  /** As it is, else as a quarantined row. A store that takes neither is at fault itself, and is waited for. */
  const insertOne = async (index: number, first: number, last: number): Promise<void> => {
    const record = batch.records.at(index);
    const schemaId = schemaIdOf(record.value);
    const source = batch.sourceOf(index);
    const refusal = { record, reason: 'store_refused', fieldPath: '', schemaId } as const;
    const rows = createRowBuffer();
    deps.lander.writeRefused(record, { schemaId, source }, deps.clock.now(), rows);
    /** The refusal, or null where it is in. */
    const asIs = async (): Promise<Error | null> => {
      try {
        await insert(1, batch.rows.slice(index, index + 1), first, last);
        return null;
      } catch (error) {
        if (isRefusal(error)) return error;
        throw error;
      }
    };
    let isRefused = false;
    const quarantined = await untilDone(retry, who, signal, async () => {
      const error = await asIs();
      if (error === null) return false;
      if (!isRefused) await throwIfInserted(first, last, error); // later the row can be the quarantined one
      isRefused = true;
      await writeLetters([refusal]);
      await insert(1, rows.slice(0, 1), first, last).catch((cause: unknown) => {
        if (!isRefusal(cause)) throw cause;
        const message =
          'ClickHouse refuses even the row of a quarantined record: are its tables those of this version?';
        throw new NextcartError('store_refused', message, { retry: true, cause, context: { topic, partition, first } });
      });
      return true;
    });
    if (quarantined) metrics.landed(topic, [0, 0, 0, 1]);
    else metrics.landed(topic, batch.outcomesOf(index, index + 1));
  };

  const deliver = async (from: number, to: number, first: number, last: number): Promise<void> => {
    const plan = formatPlan({ topicId, last, ...batch.stateBefore(from) });
    await untilDone(retry, who, signal, () => assignment.commit(first, plan));
    faultPoint('planned');
    await writeLetters(batch.quarantined);
    batch.deadLettersWritten();
    faultPoint('dead_lettered');
    if (to - from === 1) {
      await insertOne(from, first, last);
    } else {
      try {
        const part = batch.rows.slice(from, to);
        await untilDone(retry, who, signal, () => insert(to - from, part, first, last));
        metrics.landed(topic, batch.outcomesOf(from, to));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        await throwIfInserted(first, last, error);
        const middle = from + Math.floor((to - from) / 2);
        await deliver(from, middle, first, offsetOf(middle - 1));
        return deliver(middle, to, offsetOf(middle), last);
      }
    }
    batch.delivered = to;
    faultPoint('inserted');
  };
  /** A view may refuse what the table took; halves of it would then be in twice, and a record in and quarantined. */
  const throwIfInserted = async (first: number, last: number, cause: unknown): Promise<void> => {
    const rows = await untilDone(retry, who, signal, () => sink.count({ topicId, partition, first, last }));
    if (rows === 0) return;
    throw new NextcartError('internal', 'a view refuses a batch that its table has taken: mend the view', {
      ...{ retry: false, cause, context: { topic, partition, first, last, rows } },
    });
  };

  const from = batch.delivered;
  await deliver(from, batch.size, from === 0 ? range.first : offsetOf(from), range.last);
};

const isRefusal = (error: unknown): error is NextcartError =>
  error instanceof NextcartError && error.code === 'store_refused' && !error.retry;

const schemaIdOf = (value: Buffer | null): number =>
  value === null || wireSchemaId(value) < 0 ? -1 : wireSchemaId(value) | 0;
