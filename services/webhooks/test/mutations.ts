import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

/** Values where a payload has another: wrong types, absurd sizes, names that mean something to JavaScript or to NATS. */
const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  '*',
  '>',
  'a.b',
  '..',
  '/',
  '://',
  'http://169.254.169.254/latest/meta-data',
  'x'.repeat(100_000),
  '%00',
  '\u0000',
  '\ud800',
  '\u202e\ufeff',
  'sha256:',
  `sha256:${'A'.repeat(64)}`,
  '__proto__',
  'constructor',
  [],
  {},
  [[[[[]]]]],
  Array.from({ length: 2_000 }, () => null),
];

const oddValue = fc.oneof(fc.constantFrom(...oddValues), fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: 'binary' }));

type Mutation = (body: unknown) => Buffer;

/** Replaces, removes or adds a value somewhere inside. @param path choices at each level, any numbers. */
function replaced(body: unknown, path: readonly number[], value: unknown): unknown {
  const [choice, ...rest] = path;
  if (choice === undefined || typeof body !== 'object' || body === null) return value;
  const keys = Object.keys(body);
  const key = keys[choice % (keys.length + 1)] ?? '__proto__';
  const child = (body as Record<string, unknown>)[key];
  const changed = replaced(child, rest, value);
  if (Array.isArray(body)) return body.map((item, index) => (String(index) === key ? changed : item));
  return Object.defineProperty({ ...body }, key, { value: changed, enumerable: true });
}

const json = (body: unknown) => Buffer.from(JSON.stringify(body) ?? '');
const nested = (depth: number, around: Buffer) =>
  Buffer.concat([Buffer.from('['.repeat(depth)), around, Buffer.from(']'.repeat(depth))]);

/** What can happen to the body of a recorded request. */
export const bodyMutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Mutation>(json) },
  {
    weight: 12,
    arbitrary: fc
      .array(fc.tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), oddValue), { minLength: 1, maxLength: 4 })
      .map(
        (changes): Mutation =>
          (body) =>
            json(changes.reduce((b, [path, value]) => replaced(b, path, value), body)),
      ),
  },
  {
    weight: 3,
    arbitrary: fc.nat(3_000).map(
      (length): Mutation =>
        (body) =>
          json(body).subarray(0, length),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.array(fc.tuple(fc.nat(3_000), fc.nat(255)), { minLength: 1, maxLength: 8 }).map(
      (flips): Mutation =>
        (body) => {
          const bytes = json(body);
          for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
          return bytes;
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(100_000).map(
      (depth): Mutation =>
        (body) =>
          nested(depth, json(body)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 500 }).map(
      (bytes): Mutation =>
        () =>
          Buffer.from(bytes),
    ),
  },
  {
    weight: 1,
    arbitrary: oddValue.map(
      (value): Mutation =>
        () =>
          json(value),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Mutation>(
      (body) => Buffer.from(JSON.stringify(body), 'utf16le'),
      (body) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), json(body)]),
      (body) => gzipSync(json(body)),
      (body) => Buffer.from(json(body).toString('base64')),
      (body) => Buffer.from(new URLSearchParams({ payload: JSON.stringify(body) }).toString()),
      (body) => Buffer.concat([json(body), json(body)]),
      (body) => json(Array.from({ length: 1_500 }, () => body)),
      (body) => Buffer.concat([json(body), Buffer.alloc(1024 * 1024, ' ')]),
    ),
  },
);

/** What can happen to the headers: names that senders use, with any values. */
export const oddHeaders: fc.Arbitrary<Readonly<Record<string, string>>> = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'content-encoding',
    'x-github-event',
    'x-github-delivery',
    'x-gitea-event',
    'x-nexus-webhook-id',
    'aeg-event-type',
    'ce-id',
    'ce-source',
    'ce-type',
    'ce-subject',
    'x-timestamp',
    'x-forwarded-for',
    'x-amz-sns-message-type',
    'x-gogs-event',
    'x-gitlab-event',
    'x-event-key',
    'idempotency-key',
  ),
  fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.constantFrom(
      'package',
      'ping',
      'push',
      'Push Hook',
      'repo:push',
      'repo:refs_changed',
      'SubscriptionValidation',
      '%zz',
      'application/x-www-form-urlencoded',
      'gzip',
    ),
  ),
  { maxKeys: 4 },
);
