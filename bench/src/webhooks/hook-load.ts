/**
 * Sends deliveries as fast as the answers come back, over a fixed number of connections, one at a time on each. A process of its own:
 * what it needs of the processor must not slow down what it measures. Its only output is one line of JSON.
 */
import { createHmac } from 'node:crypto';
import { createConnection } from 'node:net';
import { sampleRequest } from '@tagstream/webhooks/send-sample';
import { percentile } from '../percentile.ts';

/** What to send, as JSON in the first argument. */
export interface LoadOptions {
  readonly hook: string;
  readonly secret: string;
  /** Number of the first delivery: numbers make ids and repositories, and none may come twice. */
  readonly from: number;
  readonly deliveries: number;
  readonly connections: number;
}

/** What came of it. */
export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers by status; 0 stands for a connection that broke. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Name of the image in the recorded sample, of which every delivery gets one of its own. */
const SAMPLE_NAME = '"name":"web"';

const options = JSON.parse(process.argv[2] ?? '') as LoadOptions;
const { pathname, hostname, port, host } = new URL(options.hook);
const sample = sampleRequest({
  baseUrl: 'http://unused',
  receiver: { name: 'github', sender: 'github' },
  proof: 'none',
  nowMs: 0,
});
const { 'x-github-delivery': _sampleId, ...headers } = sample.headers;
const text = sample.body.toString();
const at = text.indexOf(SAMPLE_NAME);
const [before, after] = [text.slice(0, at), text.slice(at + SAMPLE_NAME.length)];
const head = [
  `POST ${pathname} HTTP/1.1`,
  `host: ${host}`,
  ...Object.entries(headers).map(([k, v]) => `${k}: ${v}`),
].join('\r\n');

function requestBytes(number: number): string {
  const body = `${before}"name":"web-${number}"${after}`;
  const signature = createHmac('sha256', options.secret).update(body).digest('hex');
  return `${head}\r\nx-github-delivery: ${deliveryId(number)}\r\nx-hub-signature-256: sha256=${signature}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function deliveryId(number: number): string {
  return `bench-${number}`;
}

const end = options.from + options.deliveries;
const latenciesMs: number[] = [];
const statuses: Record<string, number> = {};
let next = options.from;

/** Sends until there are no numbers left. Answers are short and have a Content-Length. */
function drive(): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port), noDelay: true });
    let sentAt = 0;
    let text = '';
    const send = () => {
      if (next >= end) {
        socket.end();
        return;
      }
      const bytes = requestBytes(next++);
      sentAt = performance.now();
      socket.write(bytes);
    };
    const answered = (status: number) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      sentAt = 0;
    };
    socket.setEncoding('latin1');
    socket.on('connect', send);
    socket.on('data', (chunk: string) => {
      text += chunk;
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < headEnd + 4 + length) return;
      latenciesMs.push(performance.now() - sentAt);
      answered(Number(text.slice(9, 12)));
      text = '';
      send();
    });
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => {
      if (sentAt > 0) answered(0);
      resolve();
    });
  });
}

const startedAt = performance.now();
await Promise.all(Array.from({ length: options.connections }, drive));
const seconds = (performance.now() - startedAt) / 1000;
const result: LoadResult = {
  perSecond: Math.round(options.deliveries / seconds),
  p50Ms: percentile(latenciesMs, 0.5),
  p99Ms: percentile(latenciesMs, 0.99),
  statuses,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
