/** Confluent wire format: a zero, the schema id (big-endian int32), the Avro datum. */
export const WIRE_HEADER_BYTES = 5;
const MAGIC = 0;

/** Schema id of a value, which may be part of a block; -1 where it does not begin like the wire format. */
export const wireSchemaId = (bytes: Uint8Array, start = 0, end: number = bytes.length): number =>
  end - start < WIRE_HEADER_BYTES || bytes[start] !== MAGIC
    ? -1
    : (((bytes[start + 1] as number) << 24) |
        ((bytes[start + 2] as number) << 16) |
        ((bytes[start + 3] as number) << 8) |
        (bytes[start + 4] as number)) >>>
      0;

/** Prepends the header to a datum. */
export const wireEncode = (schemaId: number, datum: Uint8Array): Buffer => {
  const value = Buffer.allocUnsafe(WIRE_HEADER_BYTES + datum.length);
  value[0] = MAGIC;
  value.writeUInt32BE(schemaId, 1);
  value.set(datum, WIRE_HEADER_BYTES);
  return value;
};
