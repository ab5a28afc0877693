import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire between a service and NATS that can stop carrying what is published. */
export interface NatsProxy extends AsyncDisposable {
  /** `nats://127.0.0.1:<port>` */
  readonly url: string;
  /**
   * From the first message on whose subject starts like this, nothing more that the service sends arrives. Resolves when
   * the service has sent that message.
   */
  hold(subject: string): Promise<void>;
}

/** @param natsUrl address of the real server */
export async function startNatsProxy(natsUrl: string): Promise<NatsProxy> {
  const { hostname, port } = new URL(natsUrl);
  const sockets = new Set<Socket>();
  let held: { readonly command: string; readonly reached: () => void } | undefined;

  const server = createServer((service) => {
    const nats = connect({ host: hostname, port: Number(port) });
    let isHeld = false;
    service.on('data', (chunk) => {
      if (held && chunk.includes(held.command)) {
        isHeld = true;
        held.reached();
      }
      if (!isHeld) nats.write(chunk);
    });
    nats.on('data', (chunk) => service.write(chunk));
    for (const [socket, other] of [
      [service, nats],
      [nats, service],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined); // a killed service resets its connection
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(subject) {
      const reached = Promise.withResolvers<void>();
      held = { command: `HPUB ${subject}`, reached: reached.resolve };
      return reached.promise;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
