/** Written, not read: the engine knows no other way to be told. From a worker thread it would not reach the engine. */
export const engineTellsNobody = (): void => {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
};
