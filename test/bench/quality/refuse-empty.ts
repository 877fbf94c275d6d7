import { NextcartError } from '@nextcart/contracts';

/** Throws 'bad_input' where there is nothing: a table of it would be one of NaN. */
export const refuseEmpty = (what: string, count: number): void => {
  if (count === 0) throw new NextcartError('bad_input', `the data have nothing ${what}`, { retry: false });
};
