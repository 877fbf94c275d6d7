import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface StatusServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `/health/live`: the process answers. `/health/ready`: every check is well (503 otherwise). `/health`: each check in
 * words. `/metrics`: Prometheus.
 */
export const startStatusServer = async (options: {
  host: string;
  port: number;
  health: Health;
  metrics: Metrics;
}): Promise<StatusServer> => {
  const { health, metrics } = options;
  const server = createServer((request, response) => {
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
    };
    switch (request.url) {
      case '/health/live':
        return json(200, { ok: true });
      case '/health/ready':
      case '/health': {
        const report = health.report();
        return json(report.ok || request.url === '/health' ? 200 : 503, report);
      }
      case '/metrics':
        // a gauge that can't be read must not become an unhandled rejection, which stops the process
        metrics.text().then(
          (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
          (error: unknown) => json(500, { error: String(error) }),
        );
        return;
      default:
        return json(404, { error: 'not found', see: ['/health/live', '/health/ready', '/health', '/metrics'] });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
