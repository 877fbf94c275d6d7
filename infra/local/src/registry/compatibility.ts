import avro from 'avsc';
import { RegistryError, registryErrors } from './errors.ts';

export const compatibilityLevels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const;
export type CompatibilityLevel = (typeof compatibilityLevels)[number];

/** Throws 42201 where the text is no Avro schema. Logical types are left alone: only the encoding has to resolve. */
export const parseSchema = (text: string): avro.Type => {
  try {
    return avro.Type.forSchema(JSON.parse(text) as avro.Schema, { logicalTypes: {}, wrapUnions: true });
  } catch (error) {
    throw new RegistryError(registryErrors.invalidSchema, `Invalid schema ${text}: ${messageOf(error)}`);
  }
};

/** Why `next` may not follow `earlier` (oldest first); empty where it may. */
export const incompatibilities = (next: string, earlier: readonly string[], level: CompatibilityLevel): string[] => {
  if (level === 'NONE') return [];
  const against = level.endsWith('_TRANSITIVE') ? earlier : earlier.slice(-1);
  const backward = level.startsWith('BACKWARD') || level.startsWith('FULL');
  const forward = level.startsWith('FORWARD') || level.startsWith('FULL');
  return against.flatMap((old) => [
    ...(backward ? unreadable(next, old, 'the new schema can not read data of the old') : []),
    ...(forward ? unreadable(old, next, 'the old schema can not read data of the new') : []),
  ]);
};

const unreadable = (reader: string, writer: string, what: string): string[] => {
  try {
    parseSchema(reader).createResolver(parseSchema(writer));
    return [];
  } catch (error) {
    return [`${what}: ${messageOf(error)}`];
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
