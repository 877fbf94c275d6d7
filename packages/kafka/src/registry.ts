/** A schema registry by Confluent's HTTP API. */
export interface RegisteredSchema {
  readonly id: number;
  readonly version: number;
  readonly schema: string;
}

export interface RegistryClient {
  /** Id of the schema under the subject, registering it where it is new. Throws 'bad_configuration' where the registry finds it incompatible. */
  register(subject: string, schema: string): Promise<number>;
  /** Null where the subject has none. */
  latest(subject: string): Promise<RegisteredSchema | null>;
  /** Text by id; null where a healthy registry denies it. Throws 'registry_unavailable' (retry) where it does not answer. */
  schema(id: number): Promise<string | null>;
  /** Resolves where it answers and knows us; throws 'registry_unavailable' with the reason, and the cure where there is one. */
  check(): Promise<void>;
}
