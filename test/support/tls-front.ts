import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { HOST } from '@nextcart/local';
import type { Certificates } from './certificates.ts';

export interface TlsFront {
  /** https://127.0.0.1:port */
  readonly url: string;
  close(): Promise<void>;
}

/** TLS before a server that speaks plain HTTP, as a proxy ends it; `login` (`user:password`) is asked of everybody. */
export const tlsFront = async (certificates: Certificates, target: string, login?: string): Promise<TlsFront> => {
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  const { keyFile, certificateFile } = certificates;
  const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, (asked, answer) => {
    const { url = '/', method, headers } = asked;
    if (wanted !== undefined && headers.authorization !== wanted) return void answer.writeHead(401).end('who is it?');
    const onward = request(new URL(url, target), { method, headers }, (back) => {
      answer.writeHead(back.statusCode ?? 502, back.headers);
      back.pipe(answer);
    });
    onward.once('error', () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return {
    url: `https://${HOST}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
