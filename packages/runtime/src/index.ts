export { type Clock, systemClock } from './clock.ts';
export { type EnvRule, type EnvSource, parseEnv, serviceEnv } from './env.ts';
export { type Crash, createFaultPoint, type FaultPoint, parseCrash } from './fault-point.ts';
export { createHealth, type Health, type HealthCheck } from './health.ts';
export { type StatusServer, startStatusServer } from './http.ts';
export { createLifecycle, type Lifecycle } from './lifecycle.ts';
export { createLogger, type Logger } from './logger.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { BACKGROUND_NICE, standBack } from './priority.ts';
