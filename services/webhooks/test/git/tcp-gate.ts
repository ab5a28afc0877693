import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A way to a server on loopback that can be closed, so that the server seems to be away. */
export interface TcpGate extends AsyncDisposable {
  readonly port: number;
  /** Breaks every connection and refuses new ones. */
  close(): Promise<void>;
  /** Lets connections through again, on the same port. */
  open(): Promise<void>;
}

/** @param target port of the server. */
export async function startTcpGate(target: number): Promise<TcpGate> {
  const sockets = new Set<Socket>();
  let port = 0;
  let server: Server;

  const kept = (socket: Socket, other: () => Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other().destroy();
    });
  };
  const open = async () => {
    server = createServer((client) => {
      const upstream = createConnection({ host: '127.0.0.1', port: target });
      kept(client, () => upstream);
      kept(upstream, () => client);
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    port = (server.address() as { port: number }).port;
  };
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await open();
  return { port, open, close, [Symbol.asyncDispose]: () => (server.listening ? close() : Promise.resolve()) };
}
