import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Door {
  /** The same server, behind the door. */
  readonly url: string;
  open(): Promise<void>;
  /** Connections break, new ones are refused. */
  shut(): Promise<void>;
}

/** A door to a real server that can be shut and opened again, on a port of its own. */
export const createDoor = async (to: string): Promise<Door> => {
  const target = new URL(to);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const open = async () => {
    server = createServer((socket) => {
      const inner = connect(Number(target.port), target.hostname);
      for (const end of [socket, inner]) {
        sockets.add(end);
        end.on('error', () => {}).on('close', () => void sockets.delete(end));
      }
      socket.pipe(inner).pipe(socket);
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  };
  const shut = async () => {
    const closed = new Promise((resolve) => server?.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await open();
  const url = new URL(to);
  [url.hostname, url.port] = ['127.0.0.1', String(port)];
  return { url: url.href, open, shut };
};
