import { randomBytes } from 'node:crypto';

export { createDoor, type Door } from './door.fixture.ts';

/** A name that no other test, run or file uses: letters, digits and underscores, so fit for topics, groups and databases. */
export const uniqueName = (prefix: string): string => `${prefix}_${randomBytes(5).toString('hex')}`;
