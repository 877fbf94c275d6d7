import { NextcartError } from '@nextcart/contracts';

interface SdkError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const NOT_ALLOWED =
  'give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role, that may read and list there, and for a trainer write and delete';

const away = (problem: string, cause: Error, cure: string): NextcartError =>
  new NextcartError('artifacts_unavailable', problem, { retry: true, cause, cure });

/** What the SDK threw, in words for whoever has to mend it. */
export const storeUnavailable = (bucket: string, store: string, error: SdkError): NextcartError => {
  const { name, code, message } = error;
  const status = error.$metadata?.httpStatusCode;
  const about = (problem: string, cure: string) => away(`the bucket ${bucket} of ${store} ${problem}`, error, cure);
  if (name === 'NoSuchBucket')
    return about(
      'is not there',
      'bring it back: records of releases name it, until others are promoted (of a trainer that begins: make it, or name another in TRAINER_RELEASES_URI)',
    );
  if (status === 301 || name === 'AuthorizationHeaderMalformed')
    return about('is in another region', "set AWS_REGION to the bucket's");
  if (name === 'RequestTimeTooSkewed') return about(`can't be used (${name})`, "set this machine's clock");
  if (status === 401 || status === 403) return about(`can't be used (${name})`, NOT_ALLOWED);
  if (/credential|token/i.test(`${name} ${message}`)) return about(`can't be used (${message})`, NOT_ALLOWED);
  if (message.includes('Region is missing')) return about("can't be found", 'set AWS_REGION');
  if (status !== undefined) return about(`refused a request (${status} ${name}: ${message})`, 'look at its log');
  return about(`does not answer (${code ?? name}: ${message})`, 'look at AWS_ENDPOINT_URL_S3 and at the network');
};

/** Of this machine's disk, where what is fetched goes. */
export const diskUnavailable = (dir: string, error: NodeJS.ErrnoException): NextcartError =>
  away(
    `what is fetched from a store can't be written to ${dir} (${error.code}: ${error.message})`,
    error,
    'make room there, or set ARTIFACTS_DIR to a folder that can be written (of a trainer: TRAINER_DATA_DIR)',
  );
