/**
 * An Avro object container file around datums that are already encoded: header, one block, sync marker.
 * The datums are passed through, never copied: the caller hands the pieces to the socket in this order.
 */
const MAGIC = Buffer.from('Obj\x01', 'latin1');
/** Constant, so that equal batches are equal bytes; it only has to be unlikely within the datums of a torn file. */
const SYNC = Buffer.from('6e657874636172742d6c616e64696e67', 'hex');

/** Avro's zig-zag varint of a safe integer. */
export const avroLong = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value >= 0 ? BigInt(value) * 2n : BigInt(value) * -2n - 1n;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
};

const avroText = (text: string): Buffer[] => {
  const bytes = Buffer.from(text);
  return [avroLong(bytes.length), bytes];
};

const headers = new Map<string, Buffer>();

const header = (schema: string): Buffer => {
  let bytes = headers.get(schema);
  if (bytes === undefined) {
    const entries = [...avroText('avro.schema'), ...avroText(schema), ...avroText('avro.codec'), ...avroText('null')];
    bytes = Buffer.concat([MAGIC, avroLong(2), ...entries, avroLong(0), SYNC]);
    headers.set(schema, bytes);
  }
  return bytes;
};

/** The pieces of a container of `rows` datums, in order. `schema` is the writer schema's JSON text. */
export const avroContainer = (schema: string, rows: number, parts: readonly Uint8Array[]): Uint8Array[] => {
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  return [header(schema), avroLong(rows), avroLong(sizeBytes), ...parts, SYNC];
};

const columns = new Map<string, string>();

/** The schema's field names as an insert's column list, so that a field without its column is an error. */
export const avroColumns = (schema: string): string => {
  let list = columns.get(schema);
  if (list === undefined) {
    list = (JSON.parse(schema) as { fields: { name: string }[] }).fields.map((field) => `\`${field.name}\``).join(', ');
    columns.set(schema, list);
  }
  return list;
};
