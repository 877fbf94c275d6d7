/** What every log must do, over memory and over a broker alike; to be called at the top of a test file. */
import type { Kafka } from './kafka.ts';
import { createSuiteContext } from './suite-context.ts';
import { groupCases } from './suite-groups.ts';
import { logCases } from './suite-log.ts';

export const kafkaSuite = (make: () => Kafka): void => {
  const context = createSuiteContext(make);
  logCases(context);
  groupCases(context);
};
