import type { TaskSize } from './choose-looks.ts';
import type { LogOptions } from './collect-log.ts';

export interface ShopSize extends LogOptions {
  readonly users: number;
  readonly items: number;
  readonly days: number;
}

/** Subjects of the test, and of the validation. */
type Numbers = readonly [test: number, validation: number];

const tasks = (most: Numbers, carts: Numbers, cold: Numbers, strangers: Numbers): readonly TaskSize[] => {
  const size = (name: TaskSize['name'], [subjects, validation]: Numbers, looks: number) => ({
    name,
    subjects,
    validation,
    looks,
  });
  return [
    size('next', most, 2),
    size('arrival', most, 2),
    size('cart', carts, 2),
    size('cold', cold, 2),
    size('one search', strangers, 1),
  ];
};

export const wholeShop: ShopSize = {
  users: 3000,
  items: 500,
  days: 30,
  testDays: 5,
  tasks: tasks([1200, 600], [900, 500], [45, 30], [10, 5]),
  lessons: 4,
  needs: { subjects: 2000, deeds: 5 },
};

/** Its people search less, so that fewer strangers do nothing else. */
export const otherShop: ShopSize = { ...wholeShop, tasks: tasks([1200, 600], [900, 500], [45, 30], [5, 2]) };

export const smallShop: ShopSize = {
  users: 1100,
  items: 300,
  days: 24,
  testDays: 4,
  tasks: tasks([240, 120], [160, 80], [16, 8], [2, 1]),
  lessons: 2,
  needs: { subjects: 600, deeds: 5 },
};

/** More items than a list is long in each category, or category and popularity would tell all. */
export const wideShop: ShopSize = {
  users: 3000,
  items: 1500,
  days: 30,
  testDays: 5,
  tasks: [],
  needs: { subjects: 0, deeds: 5 },
};
