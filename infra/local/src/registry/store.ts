import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type CompatibilityLevel, incompatibilities, parseSchema } from './compatibility.ts';
import { RegistryError, registryErrors } from './errors.ts';

/**
 * All schemas of all subjects, in one small file.
 * - An id is for ever: records carry it. So the file is whole on disk before an id is given out.
 * - The same schema has the same id under every subject, and registering it again changes nothing.
 */
export interface SchemaStore {
  subjects(): string[];
  versions(subject: string): number[];
  version(subject: string, version: string): RegisteredSchema;
  schemaText(id: number): string;
  uses(id: number): { readonly subject: string; readonly version: number }[];
  register(subject: string, text: string): number;
  lookUp(subject: string, text: string): RegisteredSchema;
  /** Why the schema may not follow the subject's version (or all versions); empty where it may. */
  check(subject: string, text: string, version: string | undefined): string[];
  level(subject?: string): CompatibilityLevel | undefined;
  setLevel(level: CompatibilityLevel, subject?: string): void;
}

export interface RegisteredSchema {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly schema: string;
}

interface State {
  /** id − 1 → text */
  readonly schemas: readonly string[];
  /** subject → version − 1 → id */
  readonly subjects: Readonly<Record<string, readonly number[]>>;
  readonly level: CompatibilityLevel;
  readonly levels: Readonly<Record<string, CompatibilityLevel>>;
}

export const createSchemaStore = (file: string): SchemaStore => {
  let state = load(file);
  /** On disk first: what can't be written has not happened. */
  const save = (next: State): void => {
    writeFileSync(`${file}.new`, JSON.stringify(next, null, 1), { flush: true });
    renameSync(`${file}.new`, file);
    state = next;
  };
  const idsOf = (subject: string): readonly number[] => {
    const ids = state.subjects[subject];
    if (ids === undefined) throw new RegistryError(registryErrors.subjectNotFound, `Subject '${subject}' not found.`);
    return ids;
  };
  const textOf = (id: number): string => {
    const text = state.schemas[id - 1];
    if (text === undefined) throw new RegistryError(registryErrors.schemaNotFound, `Schema ${id} not found`);
    return text;
  };
  const version = (subject: string, wanted: string): RegisteredSchema => {
    const ids = idsOf(subject);
    const number = wanted === 'latest' || wanted === '-1' ? ids.length : Number(wanted);
    if (!Number.isInteger(number) || number < 1)
      throw new RegistryError(
        registryErrors.invalidVersion,
        `The specified version '${wanted}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
      );
    const id = ids[number - 1];
    if (id === undefined) throw new RegistryError(registryErrors.versionNotFound, `Version ${number} not found.`);
    return { subject, version: number, id, schema: textOf(id) };
  };
  const level = (subject?: string): CompatibilityLevel | undefined =>
    subject === undefined ? state.level : state.levels[subject];
  const reasonsAgainst = (subject: string, text: string, earlier: readonly string[]): string[] =>
    incompatibilities(text, earlier, level(subject) ?? state.level);

  return {
    subjects: () => Object.keys(state.subjects).sort(),
    versions: (subject) => idsOf(subject).map((_, index) => index + 1),
    version,
    schemaText: textOf,
    uses: (id) => {
      textOf(id);
      return Object.entries(state.subjects).flatMap(([subject, ids]) =>
        ids.flatMap((each, index) => (each === id ? [{ subject, version: index + 1 }] : [])),
      );
    },
    register(subject, text) {
      const normal = normalise(text);
      const ids = state.subjects[subject] ?? [];
      const known = state.schemas.indexOf(normal) + 1;
      if (ids.includes(known)) return known;
      const reasons = reasonsAgainst(subject, normal, ids.map(textOf));
      if (reasons.length > 0)
        throw new RegistryError(
          registryErrors.incompatible,
          `Schema being registered is incompatible with an earlier schema for subject "${subject}": ${reasons.join('; ')}`,
        );
      const schemas = known === 0 ? [...state.schemas, normal] : state.schemas;
      const id = known === 0 ? schemas.length : known;
      save({ ...state, schemas, subjects: { ...state.subjects, [subject]: [...ids, id] } });
      return id;
    },
    lookUp(subject, text) {
      const index = idsOf(subject).findIndex((id) => textOf(id) === normalise(text));
      if (index < 0) throw new RegistryError(registryErrors.schemaNotFound, 'Schema not found');
      return version(subject, String(index + 1));
    },
    check: (subject, text, wanted) =>
      reasonsAgainst(
        subject,
        normalise(text),
        wanted === undefined ? idsOf(subject).map(textOf) : [version(subject, wanted).schema],
      ),
    level,
    setLevel(next, subject) {
      save(
        subject === undefined ? { ...state, level: next } : { ...state, levels: { ...state.levels, [subject]: next } },
      );
    },
  };
};

/** White space does not make another schema; documentation and defaults do. */
const normalise = (text: string): string => {
  parseSchema(text);
  return JSON.stringify(JSON.parse(text));
};

const load = (file: string): State => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { schemas: [], subjects: {}, level: 'BACKWARD', levels: {} };
  }
  return JSON.parse(text) as State; // damaged: better no start than ids given out twice
};
