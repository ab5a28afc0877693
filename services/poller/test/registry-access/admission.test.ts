import type { ImageStream } from '@tagstream/api-types';
import { type AllowedRegistry, parseAllowedRegistry } from '@tagstream/registry';
import { describe, expect, test } from 'vitest';
import { createAdmission } from '../../src/registry-access/admission.ts';
import { viewTags } from '../../src/tag-view.ts';
import { digest, streamWith, type TagState } from '../tags.ts';

const admissionOf = (texts: readonly string[], own?: string) =>
  createAdmission(
    texts.map((text) => parseAllowedRegistry(text) as AllowedRegistry),
    own,
  );

/** The question about the only tag of a stream. */
function questionAbout(stream: ImageStream, allowed: readonly string[], own?: string) {
  return viewTags(stream, admissionOf(allowed, own))[0]?.question;
}

describe('a tag', () => {
  test('#73 from a registry that is not allowed is answered with Forbidden, and no registry is asked', () => {
    expect(questionAbout(streamWith({ from: 'registry.ltd/a/b' }), ['example.com'])).toMatchObject({
      kind: 'invalid',
      reason: 'Forbidden',
      registry: '',
      problem: 'from.name: Forbidden: registry "registry.ltd" not allowed by whitelist: "example.com:443"',
    });
  });

  test.each<[string, TagState, boolean]>([
    [
      '#74 of a repository that was imported from before, with another tag, is asked for',
      { from: 'registry.ltd/a/b:2' },
      true,
    ],
    ['#74 of the same repository by digest is asked for', { from: `registry.ltd/a/b@${digest('b')}` }, true],
    ['of another repository of that registry is refused', { from: 'registry.ltd/a/c:2' }, false],
  ])('%s', (_what, state, isAsked) => {
    const stream = streamWith(state);
    stream.status = {
      tags: [
        {
          tag: 'old',
          items: [
            {
              image: digest('a'),
              dockerImageReference: `registry.ltd/a/b@${digest('a')}`,
              generation: 1,
              created: '2026-11-20T09:00:00.000Z',
            },
          ],
        },
      ],
    };
    expect(questionAbout(stream, ['example.com'])?.kind).toBe(isAsked ? 'ask' : 'invalid');
  });

  test.each<[string, TagState, string[], string | undefined, boolean]>([
    ['#75 of Docker Hub is asked for where docker.io is allowed', { from: 'busybox' }, ['docker.io'], undefined, true],
    [
      '#76 that is not insecure is refused where only port 80 is allowed',
      { from: 'example.com/a' },
      ['example.com=insecure'],
      undefined,
      false,
    ],
    [
      'that is insecure is asked for where port 80 is allowed',
      { from: 'example.com/a', importPolicy: { insecure: true } },
      ['example.com=insecure'],
      undefined,
      true,
    ],
    [
      "of the cluster's own registry is always asked for",
      { from: 'registry.svc:5000/a/b' },
      ['example.com'],
      'registry.svc:5000',
      true,
    ],
    ['of any registry is asked for where no list is made', { from: 'registry.ltd/a' }, [], undefined, true],
  ])('%s', (_what, state, allowed, own, isAsked) => {
    expect(questionAbout(streamWith(state), allowed, own)?.kind).toBe(isAsked ? 'ask' : 'invalid');
  });
});
