import type { Artifacts } from '@nextcart/artifacts';
import { untilDone, type WaitingDeps } from '@nextcart/runtime';

/** A store that can't be asked is waited for until the signal, which health tells: what is not known is not gone. */
export const patientArtifacts = (
  deps: WaitingDeps & { readonly artifacts: Artifacts },
  signal: AbortSignal,
): Artifacts => {
  const patient =
    <Args extends unknown[], T>(ask: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> =>
      untilDone(deps, 'releases', signal, () => ask(...args));
  const { manifest, folder, publish, find, names, remove } = deps.artifacts;
  return {
    ...{ manifest: patient(manifest), folder: patient(folder), publish: patient(publish) },
    ...{ find: patient(find), names: patient(names), remove: patient(remove) },
  };
};
