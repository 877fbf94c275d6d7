import { readFileSync } from 'node:fs';

/** PEM text of the certificates in a file that `variable` names; throws with the variable where it holds none. */
export const readAuthority = (variable: string, file: string): string => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${variable}: ${file} can't be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(
      `${variable}: ${file} holds no certificate in PEM (cure for DER: openssl x509 -inform der -in ${file})`,
    );
  return text;
};

/** Node's names for: nobody whom we trust vouches for this certificate. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/**
 * What to change where a TLS connection failed with this `code` of Node's; undefined where it was something else.
 * `caVariable` names the file of authorities, `addressVariable` the server.
 */
export const certificateCure = (
  code: string | undefined,
  { caVariable, addressVariable }: { caVariable: string; addressVariable: string },
): string | undefined => {
  if (UNTRUSTED.has(code ?? ''))
    return `set ${caVariable} to a PEM file with the certificate of the authority that signed the server's`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `use a name of the server's certificate in ${addressVariable}, or have the certificate made for this one`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return "renew the server's certificate, or set the clock of one of the two machines right";
  return undefined;
};
