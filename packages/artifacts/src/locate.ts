import { fileURLToPath } from 'node:url';
import { ArtifactError } from '@nextcart/models';

export interface Objects {
  readonly kind: 'objects';
  readonly uri: string;
  readonly bucket: string;
  /** Of its keys: empty, or with a slash at its end. */
  readonly prefix: string;
}
export type Place = Objects | { readonly kind: 'folder'; readonly path: string };

/** Throws an ArtifactError for what is neither a folder nor a prefix in a bucket. */
export const locate = (uri: string): Place => {
  if (uri.startsWith('file:')) return { kind: 'folder', path: fileURLToPath(uri) };
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/*(.*?)\/*$/.exec(uri) ?? [];
  if (bucket === undefined)
    throw new ArtifactError('', `there is no release at ${uri} that can be read`, 'it must lie at file: or s3:');
  return { kind: 'objects', uri, bucket, prefix: prefix === '' ? '' : `${prefix}/` };
};
