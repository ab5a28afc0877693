import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import { json } from 'node:stream/consumers';
import { type ConnectionOptions, connect, type PeerCertificate } from 'node:tls';

/** The certificate that a server on loopback shows; fails when these authorities, as PEM, do not vouch for it. */
export async function shownCertificate(
  port: number,
  ca: string,
  options: ConnectionOptions = {},
): Promise<PeerCertificate> {
  const socket = connect({ host: '127.0.0.1', port, ca, ...options });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

interface Post {
  readonly port: number;
  readonly ca: string;
  readonly path: string;
  readonly body: string;
  readonly type?: string;
  /** Connections to use; a new one when absent. */
  readonly agent?: Agent | undefined;
}

/** Sends a body over TLS and answers status and JSON. */
export async function post({ port, ca, path, body, type = 'application/json', agent }: Post) {
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
  const call = request({ host: '127.0.0.1', port, path, method: 'POST', ca, headers, agent: agent ?? false });
  call.end(body);
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, json: await json(answer) };
}
