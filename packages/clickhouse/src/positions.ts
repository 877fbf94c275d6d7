import { NextcartError } from '@nextcart/contracts';

/** How far each partition had been read: the last offset included, by `topicId:partition`. A partition not named is not included at all. */
export type Positions = Readonly<Record<string, number>>;

export const partitionKey = (topicId: string, partition: number): string => `${topicId}:${partition}`;

/**
 * SQL condition for rows at or below the positions, on columns topic_id, partition and offset.
 * Literal instead of a parameter, because only constants let the primary key skip what lies above.
 */
export const positionsCondition = (positions: Positions): string => {
  const parts = Object.entries(positions).map(([key, offset]) => {
    const match = /^([0-9a-f-]{36}):(\d+)$/.exec(key);
    if (match === null || !Number.isSafeInteger(offset))
      throw new NextcartError('bad_input', `not a position: '${key}' at ${offset}; expected topicId:partition`, {
        retry: false,
      });
    return `(topic_id = '${match[1]}' AND partition = ${match[2]} AND offset <= ${offset})`;
  });
  return parts.length === 0 ? 'false' : `(${parts.join(' OR ')})`;
};
