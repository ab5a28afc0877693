import { parseImageReference, printImageReference } from '@tagstream/image-ref';
import { describe, expect, test } from 'vitest';
import { type Mirror, type MirrorRule, type PullRules, pullSources } from '../src/index.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const mirror = (location: string, pull: Mirror['pull'] = 'all'): Mirror => ({ location, pull, insecure: false });
const rule = (source: string, ...mirrors: (string | Mirror)[]): MirrorRule => ({
  source,
  mirrors: mirrors.map((one) => (typeof one === 'string' ? mirror(one) : one)),
  neverContactSource: false,
});
const closed = (source: string, ...mirrors: (string | Mirror)[]): MirrorRule => ({
  ...rule(source, ...mirrors),
  neverContactSource: true,
});

describe('an image is asked for', () => {
  test.each<[string, Partial<PullRules>, string, string[]]>([
    ['at its source without any rule', {}, 'quay.io/org/app:1', ['quay.io/org/app:1']],
    [
      '#131 at the mirror of its repository first, by digest',
      { mirrors: [rule('quay.io/org', mirror('m.ltd/quay', 'digest-only'))] },
      `quay.io/org/app@${digest}`,
      [`m.ltd/quay/app@${digest}`, `quay.io/org/app@${digest}`],
    ],
    [
      'not at a digest mirror by tag',
      { mirrors: [rule('quay.io/org', mirror('m.ltd/quay', 'digest-only'))] },
      'quay.io/org/app:1',
      ['quay.io/org/app:1'],
    ],
    [
      'at a tag mirror by tag, the default tag included',
      { mirrors: [rule('quay.io/org', mirror('m.ltd/quay', 'tag-only'))] },
      'quay.io/org/app',
      ['m.ltd/quay/app:latest', 'quay.io/org/app'],
    ],
    [
      'not at a tag mirror by digest',
      { mirrors: [rule('quay.io/org', mirror('m.ltd/quay', 'tag-only'))] },
      `quay.io/org/app@${digest}`,
      [`quay.io/org/app@${digest}`],
    ],
    [
      'at all mirrors in order',
      { mirrors: [rule('quay.io', 'm1.ltd', 'm2.ltd:5000/q')] },
      'quay.io/org/app:1',
      ['m1.ltd/org/app:1', 'm2.ltd:5000/q/org/app:1', 'quay.io/org/app:1'],
    ],
    [
      'at the mirrors of the longest source only',
      { mirrors: [rule('quay.io', 'm1.ltd'), rule('quay.io/org/app', 'm2.ltd/x'), rule('quay.io/org', 'm3.ltd')] },
      'quay.io/org/app:1',
      ['m2.ltd/x:1', 'quay.io/org/app:1'],
    ],
    [
      'at the mirrors of all rules for the same source, each once',
      { mirrors: [rule('quay.io', 'm1.ltd', 'm2.ltd'), rule('quay.io', 'm2.ltd', 'm3.ltd')] },
      'quay.io/app:1',
      ['m1.ltd/app:1', 'm2.ltd/app:1', 'm3.ltd/app:1', 'quay.io/app:1'],
    ],
    [
      'at no mirror of a source that ends in the middle of a name',
      { mirrors: [rule('quay.io/org', 'm1.ltd')] },
      'quay.io/organisation/app:1',
      ['quay.io/organisation/app:1'],
    ],
    [
      'at the mirror of Docker Hub under any of its names',
      { mirrors: [rule('index.docker.io/library', 'm1.ltd/hub')] },
      'nginx:1',
      ['m1.ltd/hub/nginx:1', 'nginx:1'],
    ],
    [
      'at the mirror of all hosts of a domain, which takes the place of the host',
      { mirrors: [rule('*.ltd', 'mirror.example.com/ltd')] },
      'r.sub.ltd:5000/org/app:1',
      ['mirror.example.com/ltd/org/app:1', 'r.sub.ltd:5000/org/app:1'],
    ],
    [
      'at no mirror of a domain by the domain itself',
      { mirrors: [rule('*.ltd', 'm.example.com')] },
      'ltd.de/a:1',
      ['ltd.de/a:1'],
    ],
    [
      'not at a source that is never to be contacted',
      { mirrors: [closed('quay.io', 'm1.ltd')] },
      'quay.io/app:1',
      ['m1.ltd/app:1'],
    ],
    ['nowhere when its registry is blocked', { blocked: ['quay.io'] }, 'quay.io/app:1', []],
    [
      'at its source when another port of it is blocked',
      { blocked: ['quay.io:5000'] },
      'quay.io/app:1',
      ['quay.io/app:1'],
    ],
    ['nowhere when all names of a domain are blocked', { blocked: ['*.ltd'] }, 'a.b.ltd/app:1', []],
    ['nowhere when Docker Hub is blocked by another name', { blocked: ['registry-1.docker.io'] }, 'nginx', []],
    [
      '#132 at the mirror of a blocked registry, by digest',
      { blocked: ['quay.io'], mirrors: [rule('quay.io', mirror('m1.ltd', 'digest-only'))] },
      `quay.io/app@${digest}`,
      [`m1.ltd/app@${digest}`],
    ],
    [
      'nowhere by tag when a blocked registry has mirrors for digests only',
      { blocked: ['quay.io'], mirrors: [rule('quay.io', mirror('m1.ltd', 'digest-only'))] },
      'quay.io/app:1',
      [],
    ],
  ])('%s', (_where, { mirrors = [], blocked = [] }, reference, expected) => {
    const sources = pullSources(parseImageReference(reference), { mirrors, blocked });
    expect(sources.map((source) => printImageReference(source.reference))).toEqual(expected);
  });

  test('with a digest alone when it has a tag too', () => {
    const [first] = pullSources(parseImageReference(`quay.io/app:1@${digest}`), {
      mirrors: [rule('quay.io', 'm.ltd')],
      blocked: [],
    });
    expect(first && printImageReference(first.reference)).toBe(`m.ltd/app@${digest}`);
  });
});
