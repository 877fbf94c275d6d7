/** Confluent's error codes: clients branch on them, so they are part of the API. */
export const registryErrors = {
  subjectNotFound: 40401,
  versionNotFound: 40402,
  schemaNotFound: 40403,
  subjectConfigNotFound: 40408,
  incompatible: 409,
  invalidSchema: 42201,
  invalidVersion: 42202,
  invalidLevel: 42203,
} as const;

export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }

  /** 40401 → 404; 409 → 409. */
  get status(): number {
    return Number(String(this.code).slice(0, 3));
  }
}
