import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { SchemaName } from './topics.ts';

const require = createRequire(import.meta.url);

/** The Avro schema of a topic's values as its file's text. */
export const schemaText = (name: SchemaName): string =>
  readFileSync(require.resolve(`@nextcart/schemas/${name}.avsc`), 'utf8');

/** Registry subject of a topic's values (TopicNameStrategy). */
export const registrySubject = (topicName: string): string => `${topicName}-value`;
