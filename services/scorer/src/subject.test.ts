import { createItemIndex, eventTypes } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { homeOf, warm } from './home.fixture.ts';
import { createSubject, foldInto, type StampedEvent } from './subject.ts';

const eventOf = (offset: number, type: (typeof eventTypes)[number], userId: string | null): StampedEvent => ({
  ...{ offset, eventTime: 1, type: eventTypes.indexOf(type), itemIndex: -1, query: null, sessionId: null, userId },
  ...{ events: null, appendedAt: 1, receivedAt: 1, stateAt: 1, answer: { headers: undefined } },
});

test('a visitor hands its history to each user that it becomes, once, and not to itself', () => {
  const items = createItemIndex();
  const subject = warm(createSubject('device', homeOf()));
  const handed: (string | null)[] = [];
  const users = ['device', 'anna', 'anna', 'ben'];
  foldInto(subject, eventOf(0, 'view', null), items, () => undefined);
  users.forEach((user, at) =>
    foldInto(subject, eventOf(1 + at, 'identify', user), items, (_, { userId }) => void handed.push(userId)),
  );
  expect(handed).toEqual(['anna', 'ben']);
});
