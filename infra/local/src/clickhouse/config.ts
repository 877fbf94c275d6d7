/**
 * The two configuration files of the local ClickHouse. Users and profiles must be in a file: SQL users don't
 * work in this build of the engine.
 */
export const clickhouseConfig = (options: {
  readonly logFile: string;
  readonly usersFile: string;
}): string => `<clickhouse>
  <logger><level>warning</level><log>${xml(options.logFile)}</log><size>20M</size><count>2</count><console>false</console></logger>
  <users_config>${xml(options.usersFile)}</users_config>
  <!-- shared with a broker, services and tests: a query fails before the machine swaps -->
  <max_server_memory_usage>4000000000</max_server_memory_usage>
  <mark_cache_size>268435456</mark_cache_size>
  <max_concurrent_queries>64</max_concurrent_queries>
  <max_connections>256</max_connections>
  <!-- two cores: the defaults start over a hundred background threads -->
  <background_pool_size>2</background_pool_size>
  <os_threads_nice_value_merge_mutate>10</os_threads_nice_value_merge_mutate>
  <background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <merge_tree>
    <!-- as servers have it; here the default is 0, and files that are deleted at once make the file system's search for new ones long -->
    <old_parts_lifetime>480</old_parts_lifetime>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
  <query_log>
    <database>system</database><table>query_log</table>
    <flush_interval_milliseconds>10000</flush_interval_milliseconds>
    <ttl>event_date + INTERVAL 7 DAY</ttl>
  </query_log>
</clickhouse>
`;

/** `default` runs the engine's own main query; `nextcart` is the services'; `grafana` can only read. */
export const clickhouseUsers = (): string => `<clickhouse>
  <profiles>
    <default>
      <implicit_select>0</implicit_select>
      <max_threads>2</max_threads>
      <local_filesystem_read_method>pread</local_filesystem_read_method> <!-- a pool of threads costs more than a read -->
      <max_insert_threads>1</max_insert_threads>
      <max_memory_usage>2000000000</max_memory_usage>
    </default>
    <readonly>
      <implicit_select>0</implicit_select>
      <readonly>2</readonly>
      <max_threads>1</max_threads>
      <local_filesystem_read_method>pread</local_filesystem_read_method>
      <max_execution_time>30</max_execution_time>
      <cancel_http_readonly_queries_on_client_close>1</cancel_http_readonly_queries_on_client_close>
    </readonly>
  </profiles>
  <users>
    ${user('default', '', 'default', '<access_management>1</access_management><named_collection_control>1</named_collection_control>')}
    ${user('nextcart', 'nextcart', 'default')}
    ${user('grafana', 'grafana', 'readonly')}
  </users>
  <quotas><default></default></quotas>
</clickhouse>
`;

const user = (name: string, password: string, profile: string, rights = ''): string =>
  `<${name}><password>${password}</password><networks><ip>127.0.0.1</ip><ip>::1</ip></networks>` +
  `<profile>${profile}</profile><quota>default</quota>${rights}</${name}>`;

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
