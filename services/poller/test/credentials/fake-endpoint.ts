import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { testCertificate } from '@tagstream/testing';
import { onTestFinished } from 'vitest';

export interface EndpointRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface EndpointAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An HTTP endpoint of somebody else, on loopback for one test. */
export interface Endpoint {
  /** `127.0.0.1:40123` */
  readonly host: string;
  readonly url: string;
  readonly requests: readonly EndpointRequest[];
}

/** Starts an endpoint that answers by a function. */
export async function startEndpoint(
  answer: (request: EndpointRequest) => EndpointAnswer | Promise<EndpointAnswer>,
  options: { tls?: boolean } = {},
): Promise<Endpoint> {
  const requests: EndpointRequest[] = [];
  const listener = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
    requests.push(request);
    const { status = 200, headers: extra = {}, body } = await answer(request);
    outgoing.writeHead(status, { 'content-type': 'application/json', ...extra }).end(body);
  };
  const server = options.tls
    ? createTlsServer({ cert: testCertificate.certificate, key: testCertificate.key }, listener)
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `${options.tls ? 'https' : 'http'}://${host}`, requests };
}
