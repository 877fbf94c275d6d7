import { expect, test } from 'vitest';
import { CATEGORY, ITEM, WORD } from './naming-columns.ts';
import { activeLatents, tellNeeds } from './tell-needs.ts';

const USERS = 60;
/** Dimension 0 is noise that the model does not use; 1 tells tea from bikes; 2 tells nothing that has a name. */
const latents = {
  values: Float32Array.from({ length: USERS * 3 }, (_, at) => {
    const user = Math.floor(at / 3);
    return [1e-3 * Math.sin(user * 7.1), user % 2 === 0 ? 2 : -2, Math.sin(user * user)][at % 3] as number;
  }),
  width: 3,
};
/** Items 0 (tea) and 1 (bike), categories 2 and 3, words 4 and 5. */
const observed = {
  columns: {
    rowStart: Int32Array.from({ length: USERS + 1 }, (_, user) => user * 3),
    columns: Int32Array.from({ length: USERS * 3 }, (_, at) => 2 * (at % 3) + (Math.floor(at / 3) % 2)),
    weights: new Float32Array(USERS * 3).fill(1),
  },
  groups: [
    { kind: CATEGORY, start: 2, labels: ['Tea', 'Sports'] },
    { kind: WORD, start: 4, labels: ['green', 'bike'] },
    { kind: ITEM, start: 0, labels: ['Green tea', 'Blue bike'] },
  ],
  itemIds: ['i7', 'i8'],
};

test('a dimension that the model does not use is no need, however it looks when it is standardised', () => {
  expect(activeLatents(latents).dimensions).toEqual([1, 2]);
});

test('needs are numbered by the dimensions of the model, and only those that something tells are given to subjects', async () => {
  const told = await tellNeeds(observed, activeLatents(latents), 5, async () => {});
  const [tea, bike] = told.needs;
  expect(told.needs).toHaveLength(2);
  expect(tea).toEqual({
    ...{ need: 2, name: 'Tea · green · Green tea', share: 0.5, itemIds: ['i7'], items: ['Green tea'] },
    ...{ categories: ['Tea'], words: ['green'] },
  });
  expect(bike).toMatchObject({ need: 3, name: 'Sports · bike · Blue bike', share: 0.5, itemIds: ['i8'] });
  told.ofSubjects.forEach(({ needs, strengths }, user) => {
    expect(needs).toEqual([user % 2 === 0 ? 2 : 3]);
    expect(strengths[0]).toBeCloseTo(1, 6);
  });
});
