import { type CheckRecord, nextTurn, turnOffset } from '@tagstream/events';
import { describe, expect, test } from 'vitest';
import { explainTag } from '../../src/explain/rules/tag.ts';
import { appStream, deployment, factsOf, MINUTE, NOW, said, type Told } from './fixtures.ts';

const FROM = 'registry.example.com/shop/web:latest';
const INTERVAL_MS = 15 * MINUTE;
const LAST_TURN_MS = nextTurn(turnOffset(FROM), INTERVAL_MS, NOW) - INTERVAL_MS;
const POINTS = 'OK tag: app:latest has pointed to sha256:aaaaaaaaaaaa for 10 minutes';
const EVERY = expect.stringMatching(/^OK check: it is asked again in .*, every 15m$/);

const checked = (record: CheckRecord) => ({ 'shop/app/latest': record });
const asked = (record: Partial<CheckRecord> = {}) => checked({ c: LAST_TURN_MS, i: INTERVAL_MS, ...record });

interface Row extends Omit<Told, 'subject'> {
  readonly row: string;
  readonly tag?: string;
  readonly expected: readonly unknown[];
}

describe('a tag is explained', () => {
  test.each<Row>([
    {
      row: 'that is checked at an interval',
      streams: [appStream('a')],
      checks: checked({ c: NOW - 3 * MINUTE, i: 60 * MINUTE }),
      expected: [
        POINTS,
        `OK check: the registry was asked for ${FROM} 3 minutes ago`,
        expect.stringMatching(/^OK check: it is asked again in .*, every 1h$/),
      ],
    },
    {
      row: 'whose last check failed',
      streams: [appStream('a')],
      checks: asked({ c: NOW - MINUTE, r: NOW + 90_000, e: [NOW - MINUTE, 'Unauthorized', 'no access'] }),
      expected: [
        POINTS,
        `PROBLEM check: the registry was asked for ${FROM} about a minute ago for app:latest, and failed: no access (Unauthorized); it is tried again in about a minute`,
        EVERY,
      ],
    },
    {
      row: 'whose check before the last one failed',
      streams: [appStream('a')],
      checks: asked({ c: NOW - MINUTE, e: [NOW - 30 * MINUTE, 'InternalError', 'timeout'] }),
      expected: [
        POINTS,
        `OK check: the registry was asked for ${FROM} about a minute ago; the last failure was 30 minutes ago: timeout (InternalError)`,
        EVERY,
      ],
    },
    {
      row: 'that pollers have stopped to check',
      streams: [appStream('a')],
      checks: asked({ c: NOW - 120 * MINUTE }),
      expected: [
        POINTS,
        `OK check: the registry was asked for ${FROM} 2 hours ago`,
        expect.stringMatching(
          /^PROBLEM check: the check that was due .* ago has not been made → see that the service poller runs/,
        ),
      ],
    },
    {
      row: 'that no poller has checked',
      streams: [appStream('')],
      expected: [
        'WAITING tag: app:latest has no image yet',
        `PROBLEM check: no poller has asked for ${FROM}, the source of app:latest → see that the service poller runs, looks after this namespace, and is ready (/readyz)`,
      ],
    },
    {
      row: 'that is new',
      streams: [appStream('', { createdMs: NOW - 5_000 })],
      expected: [
        'WAITING tag: app:latest has no image yet',
        `WAITING check: no poller has asked for ${FROM}, the source of app:latest yet`,
      ],
    },
    {
      row: 'that has no schedule',
      streams: [appStream('a', { spec: { importPolicy: {} } })],
      checks: checked({ c: NOW - 60 * MINUTE }),
      expected: [
        POINTS,
        `OK check: the registry was asked for ${FROM} about an hour ago`,
        `OK check: ${FROM} is asked for only when a push is announced or somebody asks: it has no schedule → to have it asked for at an interval: importPolicy.scheduled: true`,
      ],
    },
    {
      row: 'whose check was asked for by annotation',
      streams: [appStream('a', { annotations: { 'poller.tagstream.io/import-now': '2' } })],
      checks: asked({ c: NOW - MINUTE, n: '1' }),
      expected: [POINTS, expect.anything(), 'WAITING check: a check that was asked for is about to be made'],
    },
    {
      row: 'whose import failed',
      streams: [appStream('', { failure: { reason: 'NotFound', message: 'the image is not there' } })],
      checks: asked({ c: NOW - MINUTE, e: [NOW - MINUTE, 'NotFound', 'the image is not there'] }),
      expected: [
        'PROBLEM tag: app:latest has no image: no import has succeeded',
        'PROBLEM tag: the last import of app:latest failed: the image is not there (NotFound) → look whether the registry has this repository and tag, and whether it is spelled so in the stream',
        expect.stringMatching(/^PROBLEM check: .*failed: the image is not there/),
        EVERY,
      ],
    },
    {
      row: 'whose reference is misspelt',
      streams: [appStream('', { spec: { from: { kind: 'DockerImage', name: 'Not A Reference' } } })],
      expected: [
        'WAITING tag: app:latest has no image yet',
        expect.stringMatching(
          /^PROBLEM tag: nothing is done for app:latest: .*from.name.* → correct it: kubectl edit is\/app$/,
        ),
        expect.anything(),
      ],
    },
    {
      row: 'that is only a reference',
      streams: [appStream('a', { spec: { reference: true } })],
      expected: [
        POINTS,
        `OK tag: app:latest is only a reference to ${FROM}: no registry is asked, whatever is pushed there → to import it: set reference: false, or tagstream tag ${FROM} app:latest --scheduled`,
      ],
    },
    {
      row: 'that follows another tag, and that one',
      streams: [
        appStream('a', {
          spec: { from: { kind: 'ImageStreamTag', name: 'stable' }, importPolicy: {} },
          others: [{ name: 'stable', from: { kind: 'DockerImage', name: 'registry.example.com/shop/web:1' } }],
        }),
      ],
      expected: [
        POINTS,
        'OK tag: app:latest follows stable of the same stream',
        'WAITING tag: app:stable has no image yet',
        expect.stringMatching(/^PROBLEM check: no poller has asked for registry.example.com\/shop\/web:1/),
      ],
    },
    {
      row: 'that follows itself in a circle',
      streams: [
        appStream('', {
          spec: { from: { kind: 'ImageStreamTag', name: 'stable' } },
          others: [{ name: 'stable', from: { kind: 'ImageStreamTag', name: 'latest' } }],
        }),
      ],
      expected: expect.arrayContaining(['OK tag: app:stable follows latest of the same stream']),
    },
    {
      row: 'that was copied from another stream',
      streams: [
        appStream('a', {
          spec: { from: { kind: 'ImageStreamTag', name: 'base:1', namespace: 'base' }, importPolicy: {} },
        }),
      ],
      expected: [
        POINTS,
        expect.stringMatching(
          /^OK tag: app:latest was set to what base\/base:1 pointed to then: it does not move with that/,
        ),
      ],
    },
    {
      row: 'that is filled by pushes',
      streams: [appStream('a', { spec: null })],
      expected: [POINTS],
    },
    {
      row: 'that nothing fills',
      tag: 'v9',
      streams: [appStream('a')],
      expected: [
        'PROBLEM tag: app:v9 has no image: the stream says nothing of where it should come from (tags with an image: latest) → tagstream tag IMAGE app:v9 --scheduled',
      ],
    },
    {
      row: 'whose stream is not there',
      expected: [
        'PROBLEM tag: there is no ImageStream app in namespace shop → tagstream import-image app:latest -n shop --from=IMAGE --confirm',
      ],
    },
    {
      row: 'whose stream may not be read',
      otherwise: { kind: 'unreadable', reason: 'forbidden' },
      expected: ['PROBLEM tag: ImageStream app cannot be read: forbidden'],
    },
    {
      row: 'without NATS, as far as the stream tells',
      nats: { kind: 'no-address' },
      streams: [appStream('', { spec: { importPolicy: {} } })],
      expected: [
        'WAITING tag: app:latest has no image yet',
        `WAITING check: the import of ${FROM} for app:latest is still to come`,
      ],
    },
  ])('$row', ({ row: _, tag = 'latest', expected, ...told }) => {
    const facts = factsOf({ ...told, subject: deployment('none', []) });
    expect(said(explainTag({ namespace: 'shop', stream: 'app', tag }, facts))).toEqual(expected);
  });
});
