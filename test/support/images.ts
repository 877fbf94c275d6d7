import { readFileSync } from 'node:fs';

/**
 * Image names are in one place, infra/compose.yaml; tests that use containers take them from there.
 * Throws where the service or its image is not there: then compose.yaml has changed and this call has to.
 */
export const composeImage = (service: string): string => {
  const text = readFileSync(new URL('../../infra/compose.yaml', import.meta.url), 'utf8');
  const block = new RegExp(`^  ${service}:\\n((?:(?:    .*)?\\n)*)`, 'm').exec(text)?.[1];
  const image = /^ {4}image: *(\S+)/m.exec(block ?? '')?.[1];
  if (image === undefined) throw new Error(`infra/compose.yaml has no service '${service}' with an image`);
  return image;
};
