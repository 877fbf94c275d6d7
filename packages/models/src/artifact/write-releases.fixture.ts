/** Writes one release after the other into a folder until it is killed; tells of each that is there. */
import { join } from 'node:path';
import { autoencoder, partsOf, recurrentModel } from './release.fixture.ts';
import { writeArtifact } from './write-artifact.ts';

const root = process.argv[2] as string;
const parts = partsOf({ autoencoder, recurrent: recurrentModel() });
for (let at = 0; ; at += 1) {
  await writeArtifact(join(root, `killed-${at}`), parts);
  process.send?.(at);
}
