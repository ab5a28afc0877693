import { DeadLetter, RegistryPush, toCloudEvent } from '@tagstream/events';
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/explain/explain.ts';
import { worst } from '../../src/explain/finding.ts';
import { explanationText } from '../../src/explain/print.ts';
import { explainDeadLetters, explainEvents, explainGaps, explainPods } from '../../src/explain/rules/surroundings.ts';
import { ago, ahead, intervalText, shortImage } from '../../src/explain/say.ts';
import { lettersAbout } from '../../src/nats/letters-about.ts';
import { appStream, deployment, digest, factsOf, image, MINUTE, NOW, said, trigger } from './fixtures.ts';

const subject = deployment(image('a'), [trigger()]);
const tag = { namespace: 'shop', stream: 'app', tag: 'latest' };

describe('what is around an object is explained', () => {
  test('pods that cannot start say why, and what helps', () => {
    const pull = { pods: 2, container: 'web', reason: 'ImagePullBackOff', message: `Back-off pulling "${image('a')}"` };
    const crash = { pods: 1, container: 'init', reason: 'CrashLoopBackOff', message: '' };
    expect(said(explainPods(factsOf({ subject, stuckPods: [pull, crash] })))).toEqual([
      'PROBLEM pods: 2 pods: container web: ImagePullBackOff: Back-off pulling "registry.example.com/shop/web@sha256:aaaaaaaaaaaa" → the nodes pull by themselves: the pod needs imagePullSecrets for this registry',
      'PROBLEM pods: 1 pod: container init: CrashLoopBackOff → kubectl logs --previous of one of them says more',
    ]);
  });

  const refused = { reason: 'ImageUpdateRefused', message: 'not allowed', atMs: NOW - MINUTE };
  const quota = { reason: 'FailedCreate', message: 'exceeded quota', atMs: NOW - 2 * MINUTE };
  const waiting = { kind: 'waiting', text: '' } as const;

  test('Warnings about images count while an image cannot be compared, others while the rollout is not through', () => {
    const facts = factsOf({ subject, events: [quota, refused] });
    expect(explainEvents(facts, [])).toEqual([]);
    expect(said(explainEvents(facts, [{ ...waiting, about: 'image' }]))).toEqual([
      'PROBLEM event: not allowed (ImageUpdateRefused, about a minute ago)',
    ]);
    expect(said(explainEvents(facts, [{ ...waiting, about: 'rollout' }]))).toEqual([
      'PROBLEM event: exceeded quota (FailedCreate, 2 minutes ago)',
    ]);
  });

  test('a Warning that is told already is not told twice', () => {
    const told = [{ kind: 'problem', about: 'rollout', text: 'its rollout has failed: exceeded quota (X)' }] as const;
    expect(explainEvents(factsOf({ subject, events: [quota] }), told)).toEqual([]);
  });

  test('messages that a service gave up on name it, and how to ask again', () => {
    const letter = { service: 'trigger', event: 'registry-poll', reason: 'no', sequence: 17, atMs: NOW - MINUTE };
    expect(said(explainDeadLetters(tag, factsOf({ subject, letters: [letter] })))).toEqual([
      'PROBLEM message: the service trigger gave up on registry-poll of app:latest about a minute ago: no → once the cause is mended, tagstream import-image app:latest asks again; the message is TAGSTREAM_DEADLETTER 17',
    ]);
  });

  test('what could not be read is named', () => {
    expect(
      said(explainGaps(factsOf({ subject, nats: { kind: 'no-address' }, unread: ['its pods: forbidden'] }))),
    ).toEqual([
      'UNKNOWN source: its pods: forbidden',
      'UNKNOWN source: without NATS: when the registry was asked, and which messages failed → set NATS_URL, or give --nats',
    ]);
    expect(said(explainGaps(factsOf({ subject, nats: { kind: 'unreadable', reason: 'no answer' } })))).toEqual([
      'UNKNOWN source: when the registry was asked, and which messages failed: no answer',
    ]);
  });
});

describe('messages that were given up are about a tag', () => {
  const push = { ...RegistryPush.sample, registry: 'registry.example.com', repository: 'shop/web', tag: 'latest' };
  const envelope = toCloudEvent(RegistryPush, push, { source: '/test', time: '2026-11-21T11:00:00Z' });
  const body = Buffer.from(JSON.stringify(envelope)).toString('base64');
  const letter = (subject: string, more: object = {}) => [
    { sequence: 3, letter: { ...DeadLetter.sample, subject, at: '2026-11-21T11:00:00Z', ...more } },
  ];
  const canonical = 'registry.example.com/shop/web:latest';
  const count = (letters: ReturnType<typeof letter>, sinceMs = 0) =>
    lettersAbout(letters, tag, canonical, sinceMs).length;

  test.each([
    ['by its names', letter('tagstream.registry-poll.shop.app.latest'), 1],
    ['in the history of tags', letter('other.tag-updated.shop.app.latest'), 1],
    ['but not another tag', letter('tagstream.registry-poll.shop.app.v1'), 0],
    ['but not a rollout of the same name', letter('tagstream.rollout.shop.app.latest'), 0],
    ['by the image that was pushed', letter('tagstream.webhook.registry.registry%2Eexample%2Ecom', { body }), 1],
    ['but not what cannot be read', letter('tagstream.webhook.registry.x', { body: 'e30=' }), 0],
  ])('%s', (_, letters, expected) => {
    expect(count(letters)).toBe(expected);
  });

  test('with dots in its name', () => {
    const dotted = { ...tag, tag: 'v1.2' };
    expect(lettersAbout(letter('tagstream.tag-updated.shop.app.v1%2E2'), dotted, undefined, 0)).toHaveLength(1);
  });

  test('but not when the tag has got its image since', () => {
    const letters = letter('tagstream.registry-poll.shop.app.latest');
    expect(count(letters, Date.parse('2026-11-21T11:00:00.001Z'))).toBe(0);
  });
});

describe('an explanation', () => {
  const facts = factsOf({
    subject,
    streams: [appStream('a')],
    checks: { 'shop/app/latest': { c: NOW - MINUTE, i: 60 * MINUTE } },
  });

  test('goes from the trigger over the tag to the pods', () => {
    const findings = explain(facts);
    expect(findings.map(({ kind, about }) => `${kind} ${about}`)).toEqual([
      'ok image',
      'ok tag',
      'ok check',
      'ok check',
      'ok rollout',
    ]);
    expect(worst(findings)).toBe('ok');
  });

  test('tells of a tag once, however many containers follow it', () => {
    const twice = deployment(image('a'), [trigger(), trigger('app:latest', 'spec.template.spec.containers[0].image')]);
    expect(explain({ ...facts, subject: twice }).filter(({ about }) => about === 'tag')).toHaveLength(1);
  });

  test('comes to its worst finding, of what is known', () => {
    const finding = (kind: 'ok' | 'waiting' | 'problem' | 'unknown') => ({ kind, about: 'tag', text: '' }) as const;
    expect(worst([finding('ok'), finding('problem'), finding('waiting')])).toBe('problem');
    expect(worst([finding('ok'), finding('waiting'), finding('unknown')])).toBe('waiting');
    expect(worst([finding('unknown'), finding('ok')])).toBe('ok');
  });

  test('is printed in columns, what to do below', () => {
    const findings = [
      { kind: 'ok', about: 'image', text: 'fine' },
      { kind: 'problem', about: 'rollout', text: 'stuck', advice: 'push' },
    ] as const;
    const images = [
      { name: 'web', image: 'web:1' },
      { name: 'init', image: '' },
    ];
    const print = (isColoured: boolean) =>
      explanationText('deployment/web', images, findings, { colour: { out: isColoured, err: isColoured } });
    expect(print(false)).toBe(
      [
        'deployment/web',
        '  web    web:1',
        '  init   no image',
        '',
        'OK        image     fine',
        'PROBLEM   rollout   stuck',
        '          → push',
        '',
      ].join('\n'),
    );
    expect(print(true)).toContain('\u001b[31mPROBLEM\u001b[39m');
  });
});

describe('words', () => {
  test('for times', () => {
    expect([ago(NOW - 3 * MINUTE, NOW), ago(NOW + 5, NOW)]).toEqual(['3 minutes ago', 'just now']);
    expect([ahead(NOW + 3 * MINUTE, NOW), ahead(NOW, NOW)]).toEqual(['in 3 minutes', 'now']);
    expect([900_000, 3_600_000, 90_000, 10_000].map(intervalText)).toEqual(['15m', '1h', '90s', '10s']);
  });

  test('for images cut digests only', () => {
    expect(shortImage(`a/b@${digest('a')} and c:1`)).toBe('a/b@sha256:aaaaaaaaaaaa and c:1');
  });
});
