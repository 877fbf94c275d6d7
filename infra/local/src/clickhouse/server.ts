import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import libchdb from 'chdb/libchdb';
import ffi from 'ffi-rs';
import { HOST } from '../ports.ts';
import { openTerminalOnStdin } from './terminal.ts';

/**
 * A ClickHouse server out of an npm package: the engine's library still holds ClickHouse's own HTTP server, and its
 * command line accepts SYSTEM START LISTEN. One process, one engine; it ends when its main query is killed.
 */
const { values } = parseArgs({
  options: { path: { type: 'string' }, config: { type: 'string' }, port: { type: 'string' } },
});
if (values.path === undefined || values.config === undefined || values.port === undefined)
  throw new Error('usage: server.ts --path DIR --config FILE --port PORT');
const { path, config, port } = values;

const STOP_TIMEOUT_MS = 15_000;
const MAIN_QUERY = 'nextcart-main';
// Keeps the engine up: one row a second, next to no CPU. KILL QUERY ends it and shuts the engine down cleanly.
const SLEEP = 'SELECT sleepEachRow(1) FROM system.numbers';
const SLEEP_SETTINGS = 'max_block_size=1, max_threads=1, max_execution_time=0, max_rows_to_read=0, log_queries=0';

// Without this file the system database lives in memory, and system.query_log can't be opened after a restart.
const systemSql = join(path, 'metadata', 'system.sql');
mkdirSync(join(path, 'metadata'), { recursive: true });
if (!existsSync(systemSql)) writeFileSync(systemSql, `ATTACH DATABASE system UUID '${randomUUID()}' ENGINE = Atomic\n`);

openTerminalOnStdin();
ffi.open({ library: 'chdb', path: libchdb.libchdbPath() });

const args = [
  'clickhouse',
  `--path=${path}`,
  `--listen_host=${HOST}`,
  `--http_port=${port}`,
  `--config-file=${config}`,
  '--interactive',
  '--progress=off',
  '--disable_suggestion',
  '--history_file=/dev/null',
  '--log-level=warning',
  // refused once the queries below are done: so the engine ends then, instead of prompting on the terminal for ever
  `--query_id=${MAIN_QUERY}`,
  ...[
    'CREATE DATABASE IF NOT EXISTS nextcart',
    'SYSTEM START LISTEN HTTP',
    `${SLEEP} FORMAT Null SETTINGS ${SLEEP_SETTINGS}`,
  ].flatMap((query) => ['--query', query]),
];

let stopping = false;
const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  await fetch(`http://${HOST}:${port}/`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: `KILL QUERY WHERE query LIKE '${SLEEP}%' ASYNC`, // its id is a random one
  }).catch(() => process.exit(1)); // not listening yet: there is nothing to finish
};
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());

// one call in a thread of its own: koffi's instead of ffi-rs's stack trips a check of the engine
await ffi.load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: ffi.DataType.External,
  paramsType: [ffi.DataType.I32, ffi.DataType.StringArray],
  paramsValue: [args.length, args],
  runInNewThread: true,
});
process.exit(stopping ? 0 : 1);
