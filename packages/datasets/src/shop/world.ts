import type { Assortment } from './assortment.ts';
import { type Choice, createChoice } from './choice.ts';
import { createMarket, type Market } from './market.ts';
import { createMemory, type Memory } from './memory.ts';

/** One run's state beside its open visits. */
export interface World {
  readonly seed: number;
  readonly assortment: Assortment;
  readonly market: Market;
  readonly memory: Memory;
  readonly choice: Choice;
}

export const createWorld = (options: {
  seed: number;
  users: number;
  startAt: number;
  assortment: Assortment;
}): World => {
  const { seed, users, startAt, assortment } = options;
  const market = createMarket(seed, assortment, startAt);
  const memory = createMemory(users);
  return { seed, assortment, market, memory, choice: createChoice({ assortment, market, memory }) };
};
