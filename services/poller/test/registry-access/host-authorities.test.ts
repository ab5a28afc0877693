import { testCertificate } from '@tagstream/testing';
import { describe, expect, test } from 'vitest';
import { createHostAuthorities } from '../../src/registry-access/host-authorities.ts';

const { certificate } = testCertificate;

describe('the authorities of a host', () => {
  test.each([
    ['registry.example.com', 'registry.example.com'],
    ['registry.example.com..5000', 'registry.example.com:5000'],
    ['registry.example.com:5000', 'registry.example.com:5000'],
    ['registry.example.com..443', 'registry.example.com'],
    ['Registry.Example.com', 'registry.example.com'],
    ['docker.io', 'registry-1.docker.io'],
  ])('under the key %s are those of %s', (key, host) => {
    const authorities = createHostAuthorities();
    expect(authorities.set('the ConfigMap a/b', { [key]: certificate })).toEqual([]);
    expect(authorities.of(host)).toHaveLength(1);
    expect(authorities.of('other.example.com')).toEqual([]);
  });

  test('may be several in one text, with words between', () => {
    const authorities = createHostAuthorities();
    authorities.set('a', { 'a.ltd': `# the old one\n${certificate}\n# the new one\n${certificate}` });
    expect(authorities.of('a.ltd')).toHaveLength(2);
  });

  test('are joined from all places', () => {
    const authorities = createHostAuthorities();
    authorities.set('a', { 'a.ltd': certificate });
    authorities.set('b', { 'a.ltd': certificate });
    expect(authorities.of('a.ltd')).toHaveLength(2);
    authorities.set('a', {});
    expect(authorities.of('a.ltd')).toHaveLength(1);
  });

  test('stay the same array while they are the same, so that connections stay', () => {
    const authorities = createHostAuthorities();
    authorities.set('a', { 'a.ltd': certificate });
    const before = authorities.of('a.ltd');
    authorities.set('a', { 'a.ltd': certificate, 'b.ltd': certificate });
    expect(authorities.of('a.ltd')).toBe(before);
    expect(authorities.of('nobody.ltd')).toBe(authorities.of('elsewhere.ltd'));
  });

  test('have a version that changes with them', () => {
    const authorities = createHostAuthorities();
    expect(authorities.versionOf('a.ltd')).toBeUndefined();
    authorities.set('a', { 'a.ltd': certificate });
    const version = authorities.versionOf('a.ltd');
    authorities.set('a', { 'a.ltd': certificate + certificate });
    expect(authorities.versionOf('a.ltd')).not.toBe(version);
  });

  test.each([
    ['no PEM', 'hello'],
    ['nothing', ''],
    ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['a key', testCertificate.key],
  ])('that are %s are told and left out', (_what, text) => {
    const authorities = createHostAuthorities();
    const problems = authorities.set('the ConfigMap a/b', { 'a.ltd': text, 'b.ltd': certificate });
    expect(problems).toEqual(['a.ltd in the ConfigMap a/b holds no certificates in PEM that can be read.']);
    expect(authorities.of('a.ltd')).toEqual([]);
    expect(authorities.of('b.ltd')).toHaveLength(1);
  });
});
