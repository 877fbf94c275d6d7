import { tables } from '@nextcart/contracts';
import type { RunningFeed } from './feed.ts';
import type { RunningService } from './services.ts';
import type { StackUrls } from './urls.ts';

const QUERY_TIMEOUT_MS = 3000;

/** How the system is: services that run, what has arrived in ClickHouse, and on a second line how far the feed is. */
export const statusLines = async (
  urls: StackUrls,
  services: Record<string, RunningService>,
  feed: RunningFeed | undefined,
): Promise<string> => {
  const running = Object.entries(services).map(
    ([name, { child }]) => `${name} ${child.pid() === undefined ? 'DOWN' : 'up'}`,
  );
  const [events, lists] = await Promise.all([countRows(urls, tables.events), countRows(urls, tables.lists)]);
  const line = [...running, `${events} events`, `${lists} lists`].join(' · ');
  const fed = feed?.status() ?? '';
  return fed === '' ? line : `${line}\n  ${fed}`;
};

const countRows = async (urls: StackUrls, table: string): Promise<string> => {
  const url = new URL(urls.clickhouseUrl);
  try {
    const response = await fetch(url.origin, {
      method: 'POST',
      headers: {
        'x-clickhouse-user': decodeURIComponent(url.username),
        'x-clickhouse-key': decodeURIComponent(url.password),
        'x-clickhouse-database': url.pathname.slice(1),
      },
      body: `SELECT count() FROM ${table}`,
      signal: AbortSignal.timeout(QUERY_TIMEOUT_MS),
    });
    const text = (await response.text()).trim();
    return response.ok ? text : '?';
  } catch {
    return '?';
  }
};
