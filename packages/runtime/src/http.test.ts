import { afterEach, expect, test } from 'vitest';
import { createHealth } from './health.ts';
import { type StatusServer, startStatusServer } from './http.ts';
import { createMetrics } from './metrics.ts';

const running: StatusServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const start = async () => {
  const health = createHealth();
  const metrics = createMetrics('test');
  const server = await startStatusServer({ host: '127.0.0.1', port: 0, health, metrics });
  running.push(server);
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: answer.status, body: await answer.text() };
  };
  return { health, metrics, server, get };
};

test('live as long as the process answers, ready while every check is well', async () => {
  const { health, get } = await start();
  expect(await get('/health/ready')).toEqual({ status: 200, body: '{"ok":true,"checks":{}}\n' });
  let ok = true;
  health.add('broker', () => ({ ok, detail: ok ? 'ticked 1 s ago' : 'silent for 40 s' }));
  expect((await get('/health/ready')).status).toBe(200);
  ok = false;
  expect((await get('/health/ready')).status).toBe(503);
  expect(await get('/health')).toEqual({
    status: 200,
    body: '{"ok":false,"checks":{"broker":{"ok":false,"detail":"silent for 40 s"}}}\n',
  });
  expect((await get('/health/live')).status).toBe(200);
});

test('a check that throws is not well, and does not bring the process down', async () => {
  const { health, get } = await start();
  health.add('broken', () => {
    throw new Error('no handle');
  });
  const answer = await get('/health/ready');
  expect([answer.status, answer.body]).toEqual([503, expect.stringContaining('no handle')]);
});

test('metrics are in Prometheus text, named by service, with their help', async () => {
  const { metrics, get } = await start();
  metrics.counter('events_total', 'events read', ['outcome']).inc({ outcome: 'late' }, 3);
  metrics.gauge('lag_records', 'how far behind').set(7);
  metrics.histogram('flush_seconds', 'time of a flush', [0.1, 1]).observe(0.5);
  const { status, body } = await get('/metrics');
  expect(status).toBe(200);
  expect(body).toContain('# HELP nextcart_test_events_total events read');
  expect(body).toContain('nextcart_test_events_total{outcome="late"} 3');
  expect(body).toContain('nextcart_test_lag_records 7');
  expect(body).toContain('nextcart_test_flush_seconds_bucket{le="1"} 1');
  expect(body).toContain('process_cpu_seconds_total');
});

test('metrics that can not be read are a 500, not a crash', async () => {
  const server = await startStatusServer({
    host: '127.0.0.1',
    port: 0,
    health: createHealth(),
    metrics: { ...createMetrics('test'), text: () => Promise.reject(new Error('no gauge')) },
  });
  running.push(server);
  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
  expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('no gauge')]);
});

test('elsewhere is a 404 that says where to look', async () => {
  const { get } = await start();
  const answer = await get('/');
  expect([answer.status, answer.body]).toEqual([404, expect.stringContaining('/health/live')]);
});

test('a port that is taken is an error at start; a closed server is gone, open connections or not', async () => {
  const { server, get } = await start();
  const again = startStatusServer({
    host: '127.0.0.1',
    port: server.port,
    health: createHealth(),
    metrics: createMetrics('x'),
  });
  await expect(again).rejects.toThrow(/EADDRINUSE/);
  await get('/health');
  await server.close();
  await expect(get('/health')).rejects.toThrow(/fetch failed/);
});
