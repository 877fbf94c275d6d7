export { readEnv } from './env.ts';
export { createTrainingQueue, type QueueConnection, type TrainingQueue } from './queue.ts';
