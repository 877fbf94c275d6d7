import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { HOST } from '../ports.ts';
import { answerRequest } from './api.ts';
import { createSchemaStore } from './store.ts';

/** A schema registry for one machine: Confluent's HTTP API over one file. */
const { values } = parseArgs({ options: { file: { type: 'string' }, port: { type: 'string' } } });
if (values.file === undefined || values.port === undefined) throw new Error('usage: main.ts --file FILE --port PORT');

mkdirSync(dirname(values.file), { recursive: true });
const store = createSchemaStore(values.file);
const server = createServer((request, response) => {
  void text(request).then((body) => {
    const answer = answerRequest(store, { method: request.method ?? 'GET', url: request.url ?? '/', body });
    response
      .writeHead(answer.status, {
        'content-type': 'application/vnd.schemaregistry.v1+json',
        'x-nextcart-pid': process.pid, // how the launcher knows its own child from another registry
      })
      .end(JSON.stringify(answer.body));
  });
});
server.listen(Number(values.port), HOST);

const stop = (): void => {
  server.close(() => process.exit(0));
  server.closeAllConnections(); // answers are written at once: nothing can be in flight for long
};
process.on('SIGTERM', stop).on('SIGINT', stop);
