import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir, choosePort, createPidBook, type Env, fetchWithMaven, HOST, supervise } from '@nextcart/local';

/** An object store that speaks S3 and looks at signatures, as a test needs it to be told. */
export interface ObjectStore {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A folder in it is a bucket, and a file in that an object. */
  readonly folder: string;
}

const VERSION = '2.7.0';
const JAVA_FLAGS = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];
const READY_MS = 60_000;
const QUIET = '<configuration><root level="WARN"/></configuration>';

/** S3Proxy over a folder, in one that goes with it. */
export const startObjectStore = async (
  env: Env,
  log: (line: string) => void,
): Promise<{ readonly store: ObjectStore; stop(): Promise<void> }> => {
  const libs = join(cacheDir(env), `s3proxy-${VERSION}`);
  await fetchWithMaven([`org.gaul:s3proxy:${VERSION}`], libs, 'copy', log);
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-test-'));
  const [accessKeyId, secretAccessKey] = ['shop', 'a secret of tests'];
  const endpoint = `http://${HOST}:${await choosePort(undefined, new Set())}`;
  const folder = join(dir, 'buckets');
  mkdirSync(folder);
  const properties = {
    's3proxy.endpoint': endpoint,
    's3proxy.authorization': 'aws-v2-or-v4',
    's3proxy.identity': accessKeyId,
    's3proxy.credential': secretAccessKey,
    'jclouds.provider': 'filesystem-nio2',
    'jclouds.identity': 'nobody',
    'jclouds.credential': 'nothing',
    'jclouds.filesystem.basedir': folder,
  };
  const [settings, logging] = [join(dir, 's3proxy.properties'), join(dir, 'logback.xml')];
  writeFileSync(
    settings,
    Object.entries(properties)
      .map((pair) => `${pair.join('=')}\n`)
      .join(''),
  );
  writeFileSync(logging, QUIET);
  const pids = createPidBook(dir);
  pids.takeOwnership(); // or it is taken for one that a killed run left behind
  const classPath = readdirSync(libs)
    .map((jar) => join(libs, jar))
    .join(':');
  const server = supervise(
    {
      name: 'object store',
      command: 'java',
      args: [
        ...[...JAVA_FLAGS, `-Dlogback.configurationFile=${logging}`, '-cp', classPath],
        ...['org.gaul.s3proxy.Main', '--properties', settings],
      ],
      ...{ env, cwd: dir, logFile: join(dir, 's3proxy.log'), readyTimeoutMs: READY_MS, stopTimeoutMs: 5000 },
      // whoever shows no key is refused: it answers
      isReady: () =>
        fetch(endpoint).then(
          ({ status }) => status === 403,
          () => false,
        ),
      cure: 'Its log is above.',
    },
    pids,
    log,
  );
  await server.start().catch(async (error: Error) => {
    await server.stop();
    throw error;
  });
  return {
    store: { endpoint, accessKeyId, secretAccessKey, folder },
    stop: async () => {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
