/**
 * The macros of the official ClickHouse data source that the dashboards use, expanded as it expands them for a range of
 * time, and Grafana's own `${variable}`, in quotes as `${variable:sqlstring}`. An unknown one throws: the panel would be sent as it is and fail in Grafana.
 */
export interface GrafanaRange {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly intervalSeconds: number;
}

const dateTime = (ms: number): string => `toDateTime(${Math.floor(ms / 1000)})`;

export const expandMacros = (
  sql: string,
  range: GrafanaRange,
  variables: Readonly<Record<string, string>> = {},
): string => {
  const { from, to, intervalSeconds } = range;
  const macros: Readonly<Record<string, (column: string) => string>> = {
    fromTime: () => dateTime(from),
    toTime: () => dateTime(to),
    timeFilter: (column) => `${column} >= ${dateTime(from)} AND ${column} <= ${dateTime(to)}`,
    timeInterval: (column) => `toStartOfInterval(toDateTime(${column}), INTERVAL ${intervalSeconds} second)`,
    interval_s: () => String(intervalSeconds),
  };
  const known = <T>(table: Readonly<Record<string, T>>, name: string): T => {
    const found = table[name];
    if (found === undefined) throw new Error(`Grafana would not expand '${name}' in: ${sql}`);
    return found;
  };
  return sql
    .replaceAll(/\$__(\w+)(?:\((\w+)\))?/g, (_, name: string, column = '') => known(macros, name)(column as string))
    .replaceAll(/\$\{(\w+)(:sqlstring)?\}/g, (_, name: string, quoted?: string) => {
      const value = known(variables, name);
      return quoted === undefined ? value : `'${value.replaceAll("'", "''")}'`;
    });
};
