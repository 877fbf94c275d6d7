import { connect, createServer, type Socket } from 'node:net';

export interface TappedServer {
  /** The same server, behind the tap. */
  readonly url: string;
  /** Resolves when a request with this text comes, which is kept from the server; `drop` breaks its connection off. */
  asked(text: string): Promise<{ drop(): void }>;
  close(): Promise<void>;
}

/** A real server whose requests can be waited for, on a port of its own. */
export const tapServer = async (to: string): Promise<TappedServer> => {
  const target = new URL(to);
  const sockets = new Set<Socket>();
  const wanted = new Map<string, (held: { drop(): void }) => void>();
  const server = createServer((socket) => {
    const inner = connect(Number(target.port), target.hostname);
    for (const end of [socket, inner]) {
      sockets.add(end);
      end.on('error', () => {}).on('close', () => void sockets.delete(end));
    }
    inner.pipe(socket);
    socket.on('end', () => inner.end()).on('close', () => inner.destroy());
    socket.on('data', (piece) => {
      const text = [...wanted.keys()].find((one) => piece.includes(one));
      if (text === undefined) return inner.write(piece);
      wanted.get(text)?.({ drop: () => void socket.destroy() });
      wanted.delete(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(to);
  [url.hostname, url.port] = ['127.0.0.1', String((server.address() as { port: number }).port)];
  return {
    url: url.href,
    asked: (text) => new Promise((resolve) => wanted.set(text, resolve)),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
