import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactsOptions } from './artifacts.ts';

/** Looked at when a store is: what others set for themselves must not keep a process with folders from its work. */
const absentWhereEmpty = z
  .string()
  .transform((text) => text || undefined)
  .optional();

/** Of whoever reads releases. Credentials are the SDK's own: AWS_ACCESS_KEY_ID and the like, a profile, a role. */
export const artifactsEnv = {
  /** Where releases are kept that were fetched from an object store, the newest ones */
  ARTIFACTS_DIR: z.string().min(1).default(join(tmpdir(), 'nextcart-artifacts')),
  /** An S3-compatible store; absent: Amazon's */
  AWS_ENDPOINT_URL_S3: absentWhereEmpty,
  /** The same, for all of Amazon's services */
  AWS_ENDPOINT_URL: absentWhereEmpty,
  AWS_REGION: absentWhereEmpty,
  AWS_DEFAULT_REGION: absentWhereEmpty,
};
const schema = z.object(artifactsEnv);

export const artifactsOptions = (env: z.output<typeof schema>): ArtifactsOptions => {
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  return {
    fetchedDir: env.ARTIFACTS_DIR,
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
  };
};
