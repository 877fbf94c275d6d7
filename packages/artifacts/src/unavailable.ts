import { NextcartError } from '@nextcart/contracts';

interface SdkError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const NOT_ALLOWED =
  'give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role, that may read there, and for a trainer write, list and delete';
/** Of this machine's disk: not the store's fault. */
const OF_THE_DISK: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOENT'];

/** What the SDK threw, in words for whoever has to mend it. */
export const unavailable = (bucket: string, store: string, error: SdkError): Error => {
  const { name, code, message } = error;
  const status = error.$metadata?.httpStatusCode;
  const about = (problem: string, cure: string) =>
    new NextcartError('artifacts_unavailable', `the bucket ${bucket} of ${store} ${problem}`, {
      ...{ retry: true, cause: error, cure },
      context: { bucket, store },
    });
  if (OF_THE_DISK.includes(code)) return error;
  if (name === 'NoSuchBucket') return about('is not there', 'make it, or name another in TRAINER_RELEASES_URI');
  if (status === 401 || status === 403 || name === 'CredentialsProviderError')
    return about(`can't be used (${name})`, NOT_ALLOWED);
  if (status !== undefined) return about(`refused a request (${status} ${name}: ${message})`, 'look at its log');
  return about(`does not answer (${code ?? name}: ${message})`, 'look at AWS_ENDPOINT_URL_S3 and at the network');
};
