import { connect } from 'node:net';
import { HOST } from '../ports.ts';

const TIMEOUT_MS = 2000;
const CORRELATION_ID = 1;

/** A request in one of the protocol's older encodings: header (length, api, version, correlation, client id), body. */
const frame = (api: number, version: number, body: Buffer): Buffer => {
  const clientId = kafkaString('nextcart-local');
  const header = Buffer.alloc(12);
  header.writeInt32BE(8 + clientId.length + body.length, 0);
  header.writeInt16BE(api, 4);
  header.writeInt16BE(version, 6);
  header.writeInt32BE(CORRELATION_ID, 8);
  return Buffer.concat([header, clientId, body]);
};

export const kafkaString = (text: string): Buffer => {
  const length = Buffer.alloc(2);
  length.writeInt16BE(Buffer.byteLength(text), 0);
  return Buffer.concat([length, Buffer.from(text)]);
};

/** One request on a connection of its own. The answer's body; undefined where there is none. */
export const askBroker = (port: number, api: number, version: number, body: Buffer): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: HOST, noDelay: true, timeout: TIMEOUT_MS });
    let answer = Buffer.alloc(0);
    const finish = (result?: Buffer): void => {
      resolve(result);
      socket.destroy();
    };
    socket.once('connect', () => socket.write(frame(api, version, body)));
    socket.once('timeout', () => finish());
    socket.once('error', () => finish());
    socket.once('close', () => finish());
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= 8 && answer.length >= 4 + answer.readInt32BE(0)) finish(answer.subarray(8));
    });
  });
