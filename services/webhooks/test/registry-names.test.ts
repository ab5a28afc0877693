import { describe, expect, test } from 'vitest';
import { parseAliases, registryNames } from '../src/registry-names.ts';

describe('the name of a registry and a repository', () => {
  const name = registryNames(
    parseAliases('registry:5000=registry.example.com, 10.0.0.7:5000=registry.example.com:443,hub.internal=docker.io'),
  );
  test.each([
    ['a plain one stays', 'quay.io', 'org/app', 'quay.io', 'org/app'],
    ['the port is kept', 'localhost:5000', 'app', 'localhost:5000', 'app'],
    ['lower case counts', 'Quay.IO', 'Org/App', 'quay.io', 'org/app'],
    ['a scheme is stripped', 'https://quay.io', 'org/app', 'quay.io', 'org/app'],
    ['Docker Hub has one name', 'index.docker.io', 'org/app', 'docker.io', 'org/app'],
    [
      'a one-segment repository of Docker Hub is official',
      'registry-1.docker.io',
      'nginx',
      'docker.io',
      'library/nginx',
    ],
    ['deep repositories are kept', 'quay.io', 'a/b/c/d', 'quay.io', 'a/b/c/d'],
    ['an internal name becomes the external one', 'registry:5000', 'shop/web', 'registry.example.com', 'shop/web'],
    ['whatever its case', 'REGISTRY:5000', 'shop/web', 'registry.example.com', 'shop/web'],
    ['an alias may carry a port', '10.0.0.7:5000', 'shop/web', 'registry.example.com:443', 'shop/web'],
    ['an alias of Docker Hub is Docker Hub', 'hub.internal', 'nginx', 'docker.io', 'library/nginx'],
    ['another port is another registry', 'registry:5001', 'shop/web', 'registry:5001', 'shop/web'],
    ['a service name without a dot is a registry', 'registry', 'shop/web', 'registry', 'shop/web'],
  ])('%s', (_rule, host, repository, registry, expected) => {
    expect(name(host, repository)).toEqual({ registry, repository: expected });
  });

  test.each([['shop//web'], ['shop/web:latest'], ['../etc'], ['shop web'], ['']])(
    '%j is no repository',
    (repository) => {
      expect(name('quay.io', repository)).toBeNull();
    },
  );
});

test.each([['registry:5000'], ['a=b=c'], ['=b'], ['https://a=b']])('%j is no alias and is named', (text) => {
  expect(() => parseAliases(text)).toThrow(`"${text}" is no alias`);
});
