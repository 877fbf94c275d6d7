import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readEnv as cliEnv } from '@nextcart/cli';
import { topics } from '@nextcart/contracts';
import { readEnv as featuresEnv } from '@nextcart/features';
import { readEnv as ingestEnv } from '@nextcart/ingest';
import { createHealth, createMetrics, STOP_TIMEOUT_MS, startStatusServer } from '@nextcart/runtime';
import { readEnv as scorerEnv } from '@nextcart/scorer';
import { readEnv as trainerEnv } from '@nextcart/trainer';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}infra/kubernetes/`;
const read = (file: string): string => readFileSync(`${folder}${file}`, 'utf8');
const one = (file: string, kind: string): never =>
  parseAllDocuments(read(file))
    .map((document) => document.toJS() as { kind: string })
    .find((resource) => resource.kind === kind) as never;

interface Probe {
  httpGet: { path: string; port: string };
  timeoutSeconds: number;
}
interface PodSpec {
  terminationGracePeriodSeconds: number;
  automountServiceAccountToken: boolean;
  securityContext: object;
  containers: {
    image: string;
    command: string[];
    envFrom: ({ configMapRef: { name: string } } | { secretRef: { name: string } })[];
    env?: { name: string; value: string }[];
    ports: { name: string; containerPort: number }[];
    livenessProbe: Probe;
    readinessProbe: Probe;
    resources: { requests: Record<string, string>; limits: Record<string, string> };
    securityContext: object;
    volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
  }[];
  volumes: { name: string; persistentVolumeClaim?: { claimName: string } }[];
}
interface Workload {
  metadata: { name: string };
  spec: {
    replicas: number;
    selector: { matchLabels: Record<string, string> };
    template: { metadata: { labels: Record<string, string>; annotations: Record<string, string> }; spec: PodSpec };
  };
}
interface Values {
  metadata: { name: string };
  data: Record<string, string>;
  stringData: Record<string, string>;
}

/** With the settings that are there to be uncommented: they too must be ones that somebody knows. */
const config = parse(read('config.yaml').replaceAll(/^( *)# (?=[A-Z_]+: )/gm, '$1')) as Values;
const secret = one('secret.example.yaml', 'Secret') as Values;
const shared = { ...config.data, ...secret.stringData };

const readers = { ingest: ingestEnv, features: featuresEnv, scorer: scorerEnv, trainer: trainerEnv };
const services = Object.entries(readers).map(([name, readEnv]) => {
  const deployment = one(`${name}.yaml`, 'Deployment') as Workload;
  const pod = deployment.spec.template.spec;
  return { name, readEnv, deployment, pod, container: pod.containers[0] as PodSpec['containers'][number] };
});
const of = (service: keyof typeof readers) =>
  services.find(({ name }) => name === service) as (typeof services)[number];
const job = one('setup/job.yaml', 'Job') as Workload;
const pods = [...services.map(({ name, pod }) => ({ name, pod })), { name: 'setup', pod: job.spec.template.spec }];

test('every file is applied, and what is applied is there', () => {
  const { resources } = parse(read('kustomization.yaml')) as { resources: string[] };
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  expect(resources.toSorted()).toEqual(
    files.filter((file) => file !== 'kustomization.yaml' && file !== 'secret.example.yaml').toSorted(),
  );
});

test('every service of nextcart has its Deployment', () => {
  expect(services.map(({ name }) => name).toSorted()).toEqual(readdirSync(`${root}services`).toSorted());
});

test('each service takes the values that it is told, and every variable is known to somebody', () => {
  const known = new Set<string>();
  const take = (names: object): void => Object.keys(names).forEach((name) => known.add(name));
  for (const { name, readEnv, container } of services) {
    const own = Object.fromEntries((container.env ?? []).map((variable) => [variable.name, variable.value]));
    const env = readEnv({ ...shared, ...own });
    expect(Object.keys(env), name).toEqual(expect.arrayContaining(Object.keys(own)));
    take(env);
  }
  take(cliEnv(shared)); // of setup
  expect([...known]).toEqual(expect.arrayContaining(Object.keys(shared)));
});

test('what pods take their variables from has the name that it is given', () => {
  for (const { name, pod } of pods)
    expect(pod.containers[0]?.envFrom, name).toEqual([
      { configMapRef: { name: config.metadata.name } },
      { secretRef: { name: secret.metadata.name } },
    ]);
});

test('probes and Prometheus ask for routes that are there, on the port that is served', async () => {
  const health = createHealth();
  const server = await startStatusServer({ host: '127.0.0.1', port: 0, health, metrics: createMetrics('test') });
  const status = async (path = ''): Promise<number> =>
    (await fetch(`http://127.0.0.1:${server.port}${path}`, { headers: { connection: 'close' } })).status;
  for (const { name, deployment, container } of services) {
    const { annotations } = deployment.spec.template.metadata;
    const { livenessProbe: live, readinessProbe: ready, ports } = container;
    expect(ports, name).toEqual([{ name: 'http', containerPort: Number(config.data['HTTP_PORT']) }]);
    expect([live.httpGet.port, ready.httpGet.port], name).toEqual(['http', 'http']);
    expect(annotations['prometheus.io/port'], name).toBe(config.data['HTTP_PORT']);
    expect(await status(annotations['prometheus.io/path']), name).toBe(200);
    for (const probe of [live, ready]) expect(await status(probe.httpGet.path), name).toBe(200);
  }
  health.add('store', () => ({ ok: false, detail: 'away' }));
  for (const { name, container } of services) {
    expect(await status(container.livenessProbe.httpGet.path), `${name} is killed for a server that is away`).toBe(200);
    expect(await status(container.readinessProbe.httpGet.path), name).toBe(503);
  }
  await server.close();
  expect(config.data['HTTP_HOST']).toBe('0.0.0.0');
});

test('a pod has the time that all its stops may take together', () => {
  for (const { name, pod } of services) {
    const stops = readFileSync(`${root}services/${name}/src/main.ts`, 'utf8').match(/lifecycle\.onStop\(/g) ?? [];
    expect(stops.length, name).toBeGreaterThan(0);
    expect(pod.terminationGracePeriodSeconds * 1000, name).toBeGreaterThan(stops.length * STOP_TIMEOUT_MS);
  }
});

test('partitions are shared evenly: no pod without one, none with more than another', () => {
  const { partitions } = topics.events;
  for (const name of ['ingest', 'scorer'] as const)
    expect(partitions % of(name).deployment.spec.replicas, name).toBe(0);
  expect(of('features').deployment.spec.replicas).toBe(1);
});

/** Where the pod's container has the claim; undefined where it has none. */
const mountOf = ({ pod, container }: (typeof services)[number], claim: string) => {
  const volume = pod.volumes.find(({ persistentVolumeClaim: found }) => found?.claimName === claim);
  return container.volumeMounts.find(({ name }) => name === volume?.name);
};

test('scorers find releases where trainers wrote them, and can write nothing there', () => {
  const claim = one('models.yaml', 'PersistentVolumeClaim') as Values & { spec: { accessModes: string[] } };
  const [trainer, scorer] = [of('trainer'), of('scorer')];
  const [writing, reading] = [mountOf(trainer, claim.metadata.name), mountOf(scorer, claim.metadata.name)];
  expect(writing?.readOnly ?? false).toBe(false);
  expect(reading).toMatchObject({ mountPath: writing?.mountPath, readOnly: true });
  expect(trainer.container.env).toContainEqual({ name: 'TRAINER_DATA_DIR', value: writing?.mountPath });
  expect(trainer.pod.securityContext).toMatchObject({ fsGroup: 1000 });
  expect(claim.spec.accessModes).toEqual(['ReadWriteMany']);
});

test('a training has the memory that it is told, this process and its data besides, and scorers go first', () => {
  const { requests, limits } = of('trainer').container.resources;
  const { TRAINER_MEMORY_GIB: told } = trainerEnv({ ...shared, TRAINER_DATA_DIR: '/models' });
  expect(of('trainer').container.env).toContainEqual({ name: 'TRAINER_MEMORY_GIB', value: String(told) });
  expect(Number(/^(\d+)Gi$/.exec(limits['memory'] ?? '')?.[1])).toBeGreaterThanOrEqual(told + 2);
  const cpuOf = (text: string | undefined): number => Number.parseInt(text ?? '', 10);
  expect(5 * cpuOf(requests['cpu'])).toBeLessThanOrEqual(cpuOf(of('scorer').container.resources.requests['cpu']));
});

test('a node can be drained, and a budget is for the pods that it means', () => {
  for (const { name, deployment } of services) {
    const budget = one(`${name}.yaml`, 'PodDisruptionBudget') as Workload & { spec: { maxUnavailable: number } };
    expect(budget.spec.maxUnavailable, name).toBe(1);
    for (const { selector } of [budget.spec, deployment.spec])
      expect(deployment.spec.template.metadata.labels, name).toMatchObject(selector.matchLabels);
  }
});

test('every program runs from this repository, without rights, within stated memory', () => {
  for (const { name, pod } of pods) {
    const [container] = pod.containers;
    expect(existsSync(`${root}${container?.command[1]}`), name).toBe(true);
    expect(container?.command, name).toContain(
      name === 'setup' ? 'packages/cli/src/main.ts' : `services/${name}/src/main.ts`,
    );
    expect(pod, name).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container?.securityContext, name).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container?.resources, name).toEqual({
      requests: { cpu: expect.stringMatching(/^\d+m$/), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
  }
});

test('all pods run the same image, whose name and version are stated', () => {
  const images = ['kustomization.yaml', 'setup/kustomization.yaml'].map(
    (file) => (parse(read(file)) as { images: { name: string; newName: string; newTag: string }[] }).images,
  );
  expect(images[1]).toEqual(images[0]);
  for (const { name, pod } of pods) expect(pod.containers[0]?.image, name).toBe(images[0]?.[0]?.name);
});

test('kubectl itself builds both', (context) => {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
  } catch {
    context.skip('no kubectl on this machine');
  }
  for (const path of [folder, `${folder}setup`])
    expect(execFileSync('kubectl', ['kustomize', path], { encoding: 'utf8' })).toMatch(/image: \S+\/nextcart:\d/);
});
