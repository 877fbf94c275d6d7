import { askBroker } from './request.ts';

const METADATA = 3;
const VERSION = 1;
const NO_TOPICS = Buffer.from([0, 0, 0, 0]);

/** How many brokers a Metadata answer names: 0 while the broker is not registered yet, or does not answer. */
export const countBrokers = async (port: number): Promise<number> => {
  const answer = await askBroker(port, METADATA, VERSION, NO_TOPICS);
  return answer === undefined || answer.length < 4 ? 0 : answer.readInt32BE(0);
};
