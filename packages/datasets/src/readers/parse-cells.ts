import { parseMoney } from '@nextcart/contracts';
import { badLine } from './read-table.ts';

/** Cells to values. Each throws 'bad_input' that names file, line, column and what was expected. */
interface Place {
  readonly file: string;
  readonly line: number;
}
const INT32 = 2 ** 31;

export const parseInt32 = (row: Place, column: string, text: string): number => {
  const value = /^[+-]?\d+(?:\.0*)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= -INT32 && value < INT32)) throw badLine(row, `${column} is '${text}', expected a whole number`);
  return value;
};

/** A decimal of any length in units; what lies beyond 4 places must be zeros or is rounded half up. */
export const parseAmount = (row: Place, column: string, text: string): bigint => {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (match === null || whole.length + fraction.length === 0 || whole.length > 14)
    throw badLine(row, `${column} is '${text}', expected an amount of money`);
  const units = parseMoney(`${whole === '' ? '0' : whole}.${fraction.slice(0, 4).padEnd(4, '0')}`);
  const rounded = (fraction[4] ?? '0') >= '5' ? units + 1n : units;
  return sign === '-' ? -rounded : rounded;
};

const FORMS: readonly { readonly form: RegExp; readonly order: readonly [number, number, number] }[] = [
  { form: /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(?: ?UTC|Z)?$/, order: [1, 2, 3] },
  { form: /^(\d\d?)\/(\d\d?)\/(\d{4})(?: (\d\d?):(\d\d)(?::(\d\d))?)?$/, order: [3, 1, 2] },
];

/** '2010-12-01 08:26:00', '2014-04-07T10:51:09.277Z', '2019-10-01 00:00:00 UTC', or the American '12/1/2010 8:26'; UTC, epoch ms. */
export const parseTime = (row: Place, column: string, text: string): number => {
  for (const { form, order } of FORMS) {
    const match = form.exec(text.trim());
    if (match === null) continue;
    const part = (index: number) => Number(match[index] ?? 0);
    const [year, month, day] = [part(order[0]), part(order[1]), part(order[2])];
    const ms = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
    const time = Date.UTC(year, month - 1, day, part(4), part(5), part(6), ms);
    const real = new Date(time);
    // Date.UTC rolls over: the 31st of June must not become the 1st of July
    if (real.getUTCMonth() === month - 1 && real.getUTCDate() === day && real.getUTCHours() === part(4)) return time;
  }
  throw badLine(row, `${column} is '${text}', expected a time such as 2010-12-01 08:26:00`);
};

/** Epoch seconds (with decimals) or milliseconds, told by `unit`. */
export const parseEpoch = (row: Place, column: string, text: string, unit: 's' | 'ms'): number => {
  const value = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) * (unit === 's' ? 1000 : 1) : Number.NaN;
  if (!(value < 1e14)) throw badLine(row, `${column} is '${text}', expected epoch ${unit}`);
  return Math.round(value);
};
