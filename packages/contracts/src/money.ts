/** Money is a decimal with 4 places, held as a bigint of ten-thousandths ("units"); never a float. */
export const MONEY_SCALE = 4;
const UNIT = 10_000n;
/** Largest magnitude of decimal(18,4), in units. */
export const MAX_UNITS = 999_999_999_999_999_999n;

/** Avro `decimal` bytes (big-endian two's complement, any length ≥ 0) to units. */
export const unitsFromBytes = (bytes: Uint8Array): bigint => {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return bytes.length > 0 && (bytes[0] as number) >= 0x80 ? value - (1n << BigInt(8 * bytes.length)) : value;
};

/** Units to the shortest Avro `decimal` bytes. */
export const unitsToBytes = (units: bigint): Buffer => {
  let length = 1;
  while (units < -(1n << BigInt(8 * length - 1)) || units >= 1n << BigInt(8 * length - 1)) length += 1;
  const bytes = Buffer.alloc(length);
  let rest = BigInt.asUintN(8 * length, units);
  for (let i = length - 1; i >= 0; i -= 1) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
};

/** '12.5' → 125000n. Throws RangeError on anything but a plain decimal of at most 4 places. */
export const parseMoney = (text: string): bigint => {
  const match = /^(-?)(\d{1,14})(?:\.(\d{1,4}))?$/.exec(text);
  if (match === null)
    throw new RangeError(`not an amount of money: '${text}' (expected digits with at most 4 decimals)`);
  const units = BigInt(match[2] as string) * UNIT + BigInt((match[3] ?? '').padEnd(MONEY_SCALE, '0'));
  return match[1] === '-' ? -units : units;
};

/** 125000n → '12.50'; at least two decimals, at most four. */
export const formatMoney = (units: bigint): string => {
  const size = units < 0n ? -units : units;
  const fraction = (size % UNIT)
    .toString()
    .padStart(MONEY_SCALE, '0')
    .replace(/0{1,2}$/, '');
  return `${units < 0n ? '-' : ''}${size / UNIT}.${fraction}`;
};
