import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const infraFolder = fileURLToPath(new URL('../../infra/', import.meta.url));

export interface ComposeService {
  readonly image: string;
  readonly build?: unknown;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck: object;
  readonly depends_on?: Readonly<Record<string, object>>;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly mem_limit?: string;
  readonly cpu_shares?: number;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** infra/compose.yaml as it is where no variable is set. */
export const readComposeFile = (): ComposeFile => {
  const text = readFileSync(`${infraFolder}compose.yaml`, 'utf8').replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
  // a process gets texts: the 1 of `KAFKA_NODE_ID: 1` as well
  const asText = (key: unknown, value: unknown) => (key === 'environment' ? texts(value as object) : value);
  return parse(text, asText, { merge: true }) as ComposeFile;
};

const texts = (values: object): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
