/** Confluent wire format: a zero, the schema id (big-endian int32), the Avro datum. */
export const WIRE_HEADER_BYTES = 5;
const MAGIC = 0;

/** Schema id of a value, or -1 where it does not begin like the wire format. */
export const wireSchemaId = (value: Uint8Array): number =>
  value.length < WIRE_HEADER_BYTES || value[0] !== MAGIC
    ? -1
    : (((value[1] as number) << 24) |
        ((value[2] as number) << 16) |
        ((value[3] as number) << 8) |
        (value[4] as number)) >>>
      0;

/** Prepends the header to a datum. */
export const wireEncode = (schemaId: number, datum: Uint8Array): Buffer => {
  const value = Buffer.allocUnsafe(WIRE_HEADER_BYTES + datum.length);
  value[0] = MAGIC;
  value.writeUInt32BE(schemaId, 1);
  value.set(datum, WIRE_HEADER_BYTES);
  return value;
};
