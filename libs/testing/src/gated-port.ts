import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A loopback port that passes connections on to another one, or lets them wait. */
export interface GatedPort extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: number;
  /** New connections wait from now on. */
  close(): void;
  /** Lets those that wait pass, and new ones at once. */
  open(): void;
  /** Resolves when so many wait. */
  waiting(count: number): Promise<void>;
}

/** Starts a gate before a port; it is open. */
export async function gatePort(target: number): Promise<GatedPort> {
  const sockets = new Set<Socket>();
  /** What came over connections that wait. */
  const held = new Map<Socket, Buffer[]>();
  let isOpen = true;
  let changed = Promise.withResolvers<void>();
  const tell = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  function pass(socket: Socket): void {
    const other = connect(target, '127.0.0.1');
    for (const chunk of held.get(socket) ?? []) other.write(chunk);
    held.delete(socket);
    socket.removeAllListeners('data');
    for (const one of [socket, other]) one.on('error', () => undefined);
    socket.pipe(other).pipe(socket);
    socket.once('close', () => other.destroy());
    other.once('close', () => socket.destroy());
  }
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(socket);
      held.delete(socket);
      tell();
    });
    if (isOpen) return pass(socket);
    const chunks: Buffer[] = [];
    held.set(socket, chunks);
    // Only a socket that is read from tells its end.
    socket.on('data', (chunk) => chunks.push(chunk));
    tell();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return sockets.size;
    },
    close() {
      isOpen = false;
    },
    open() {
      isOpen = true;
      for (const socket of [...held.keys()]) pass(socket);
    },
    async waiting(count) {
      while (held.size < count) await changed.promise;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
