import { describe, expect, test } from 'vitest';
import { readMirrors } from '../../src/registry-access/read-mirrors.ts';

describe('a file of mirrors', () => {
  test('has lists for all references, for digests and for tags', () => {
    const text = `
mirrors:
  - source: docker.io/library
    mirrors: [mirror.example.com/hub, { location: "127.0.0.1:5000", insecure: true }]
imageDigestMirrors:
  - source: quay.io
    mirrors: [quay.internal]
    mirrorSourcePolicy: NeverContactSource
imageTagMirrors:
  - source: "*.example.com"
    mirrors: [mirror.internal:5000/example]
    mirrorSourcePolicy: AllowContactingSource
`;
    expect(readMirrors(text)).toEqual([
      {
        source: 'docker.io/library',
        mirrors: [
          { location: 'mirror.example.com/hub', pull: 'all', insecure: false },
          { location: '127.0.0.1:5000', pull: 'all', insecure: true },
        ],
        neverContactSource: false,
      },
      {
        source: 'quay.io',
        mirrors: [{ location: 'quay.internal', pull: 'digest-only', insecure: false }],
        neverContactSource: true,
      },
      {
        source: '*.example.com',
        mirrors: [{ location: 'mirror.internal:5000/example', pull: 'tag-only', insecure: false }],
        neverContactSource: false,
      },
    ]);
  });

  test("may be made of OpenShift's objects as they are", () => {
    const text = `
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: { name: quay }
spec:
  imageDigestMirrors: [{ source: quay.io/org, mirrors: [a.ltd] }]
---
apiVersion: config.openshift.io/v1
kind: ImageTagMirrorSet
metadata: { name: hub }
spec:
  imageTagMirrors: [{ source: docker.io, mirrors: [b.ltd] }]
---
apiVersion: operator.openshift.io/v1alpha1
kind: ImageContentSourcePolicy
metadata: { name: old }
spec:
  repositoryDigestMirrors: [{ source: gcr.io, mirrors: [c.ltd] }]
---
`;
    expect(readMirrors(text).map(({ source, mirrors }) => [source, mirrors[0]?.pull])).toEqual([
      ['quay.io/org', 'digest-only'],
      ['docker.io', 'tag-only'],
      ['gcr.io', 'digest-only'],
    ]);
  });

  test('may be empty', () => {
    expect(readMirrors('')).toEqual([]);
  });

  test.each([
    ['no YAML', 'mirrors: [', 'it is not YAML'],
    ['another document', 'sources: []', 'document 1 holds none of mirrors, imageDigestMirrors'],
    ['a text', 'quay.io', 'document 1 is no list of mirrors'],
    ['a rule without a source', 'mirrors: [{ mirrors: [a.ltd] }]', 'at /mirrors/0'],
    ['a mirror with a scheme', 'mirrors: [{ source: quay.io, mirrors: ["https://a.ltd"] }]', 'at /mirrors/0/mirrors/0'],
    [
      'an unknown policy',
      'mirrors: [{ source: quay.io, mirrorSourcePolicy: Never }]',
      'at /mirrors/0/mirrorSourcePolicy',
    ],
    ['a second document that is wrong', 'mirrors: []\n---\nmirrors: 1', 'document 2'],
  ])('that holds %s is refused with its place', (_what, text, message) => {
    expect(() => readMirrors(text)).toThrow(message);
  });
});
