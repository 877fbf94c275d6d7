import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactsOptions } from './artifacts.ts';

const url = z.url({ protocol: /^https?$/, error: 'expected http(s)://host:port' }).optional();

/** Of whoever reads releases. Credentials and region are the SDK's own: AWS_ACCESS_KEY_ID and the like, a profile, a role. */
export const artifactsEnv = {
  /** Where releases are kept that were fetched from an object store, the newest ones */
  ARTIFACTS_DIR: z.string().min(1).default(join(tmpdir(), 'nextcart-artifacts')),
  /** An S3-compatible store; absent: Amazon's */
  AWS_ENDPOINT_URL_S3: url,
  /** The same, for all of Amazon's services */
  AWS_ENDPOINT_URL: url,
};
const schema = z.object(artifactsEnv);

export const artifactsOptions = (env: z.output<typeof schema>): ArtifactsOptions => {
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  return { fetchedDir: env.ARTIFACTS_DIR, ...(endpoint !== undefined && { endpoint }) };
};
