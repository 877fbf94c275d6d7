import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NextcartError } from '@nextcart/contracts';
import { createRates, type Rates, type RatesFile } from '@nextcart/events';

/** What one unit of each currency is in euro; replace it by the shop's own (RATES_FILE). */
const DEFAULT_FILE = join(import.meta.dirname, '..', 'rates.json');

/** Throws 'bad_configuration' naming the file where it is not there or not of the form. */
export const readRates = (file: string = DEFAULT_FILE): Rates => {
  try {
    return createRates(JSON.parse(readFileSync(file, 'utf8')) as RatesFile);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NextcartError('bad_configuration', `rates file ${file} is not usable: ${reason}`, {
      retry: false,
      cause,
    });
  }
};
