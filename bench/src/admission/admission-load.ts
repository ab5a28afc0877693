/**
 * Asks at a fixed rate, whether or not the answers come: a request that has to wait for a connection, or for its turn in a server
 * that has fallen behind, counts from the moment at which it was due. A process of its own: what it needs of the processor
 * must not slow down what it measures. Its only output is one line of JSON.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { partsOf, resolvedImage, reviewBody } from './sample-review.ts';

/** What to send, as JSON in the first argument. */
export interface LoadOptions {
  readonly port: number;
  /** File with the authority to trust. */
  readonly caFile: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** API servers keep so many connections open and send one request at a time on each. */
  readonly connections: number;
  /** Whether the names must have been resolved in the answers. */
  readonly expectImages: boolean;
}

/** What came of it. */
export interface LoadResult {
  /** From when each request was due to its answer. */
  readonly latenciesMs: readonly number[];
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Requests that got another answer than they should have, or none. */
  readonly wrong: number;
}

const options = JSON.parse(process.argv[2] ?? '') as LoadOptions;
const pool = new Pool(`https://127.0.0.1:${options.port}`, {
  connect: { ca: readFileSync(options.caFile) },
  connections: options.connections,
  pipelining: 1,
});
const total = options.perSecond * options.seconds;
const bodies = Array.from({ length: total }, (_, number) => reviewBody(number));
const latenciesMs: number[] = [];
let wrong = 0;

async function ask(number: number, dueAt: number): Promise<void> {
  try {
    const answer = await pool.request({
      path: '/admission?timeout=2s',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: bodies[number] ?? '',
    });
    const text = await answer.body.text();
    latenciesMs.push(performance.now() - dueAt);
    if (answer.statusCode !== 200 || !isRight(number, text)) wrong += 1;
  } catch {
    wrong += 1;
  }
}

function isRight(number: number, text: string): boolean {
  const { response } = JSON.parse(text) as { response: { uid: string; allowed: boolean; patch?: string } };
  if (!response.allowed || !bodies[number]?.includes(response.uid)) return false;
  if (!options.expectImages) return true;
  const { stream, tag } = partsOf(number);
  return Buffer.from(response.patch ?? '', 'base64')
    .toString()
    .includes(resolvedImage(stream, tag));
}

const startedAt = performance.now();
const asked: Promise<void>[] = [];
for (let number = 0; number < total; number++) {
  const dueAt = startedAt + (number * 1000) / options.perSecond;
  const early = dueAt - performance.now();
  // A timer counts whole milliseconds and may fire a part of one too soon.
  if (early > 0) await delay(Math.ceil(early));
  asked.push(ask(number, dueAt));
}
await Promise.all(asked);
const seconds = (performance.now() - startedAt) / 1000;
await pool.close();
const result: LoadResult = { latenciesMs, seconds, wrong };
process.stdout.write(`${JSON.stringify(result)}\n`);
