import { behaviourEventCodec, type ItemIndex, wireEncode } from '@nextcart/contracts';
import { createHistoryEvent, type SubjectState } from '@nextcart/events';
import type { ScorerMetrics } from './scorer-metrics.ts';
import type { AnswerIdentify, Work } from './subject.ts';

/**
 * Strangers who sign in: the visitor's events go into the user's own log as one record. Its id is a function of the
 * identify's position, so that whoever makes it again makes a duplicate. It carries the identify's source and clock:
 * cleaning must judge it by the shop's clock that judged the visitor's events.
 */
export const createAnswerIdentify = (deps: {
  items: ItemIndex;
  eventsTopic: string;
  schemaId: number;
  metrics: ScorerMetrics;
}): AnswerIdentify => {
  const codec = behaviourEventCodec();
  return (subject, event) => {
    const { home } = subject;
    const userId = event.userId as string;
    const history = createHistoryEvent({
      state: subject.state as SubjectState,
      items: deps.items,
      userId,
      identify: { topicId: home.topicId, partition: home.partition, offset: event.offset },
      eventTime: event.eventTime,
    });
    const headers = event.answer?.headers;
    // the identify is a trigger: a work is open for it, and the record leaves with it
    (subject.work as Work).extra.push({
      topic: deps.eventsTopic,
      key: Buffer.from(userId),
      value: wireEncode(deps.schemaId, codec.encode(history)),
      ...(headers === undefined ? {} : { headers }),
    });
    deps.metrics.histories.inc();
  };
};
