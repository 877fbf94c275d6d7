/** For fuzz tests of any room: records spoilt by seed, and what avsc makes of them. */
export { anyItem, olderItemText } from './catalog.fixture.ts';
export { mutate, seededRandom, spoil } from './mutate.fixture.ts';
export { createReference, createWireReference, type Read } from './reference.fixture.ts';
