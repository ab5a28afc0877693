import { expect, test } from 'vitest';
import { DIGEST, header, type Row, read, set, summary } from './read-sample.ts';

const rows: Row[] = [
  [
    'harbor',
    'each resource is a push',
    () => undefined,
    ['harbor.example.com/shop/web:latest', 'harbor.example.com/shop/web:1.4'],
  ],
  [
    'harbor',
    'what was pushed by digest has it as its tag',
    set('event_data.resources.0.tag', DIGEST),
    ['harbor.example.com/shop/web:1.4', '-untagged'],
  ],
  [
    'harbor',
    'Harbor 1 calls a push otherwise',
    set('type', 'pushImage'),
    ['harbor.example.com/shop/web:latest', 'harbor.example.com/shop/web:1.4'],
  ],
  ['harbor', 'a deletion is no push', set('type', 'DELETE_ARTIFACT'), ['-action']],
  ['harbor', 'a scan is no push', set('type', 'SCANNING_COMPLETED'), ['-action']],
  ['harbor', 'the empty body of "Test endpoint" is answered', () => Buffer.alloc(0), ['answer']],
  ['harbor', 'an event without resources is nothing', set('event_data', {}), []],
  ['harbor-cloudevents', 'a deletion is no push', set('type', 'harbor.artifact.deleted'), ['-action']],
  ['harbor-cloudevents', 'the empty body of "Test endpoint" is answered', () => Buffer.alloc(0), ['answer']],
  ['harbor-cloudevents', 'data of another shape is left out', set('data', 'x'), ['-malformed']],
  [
    'jfrog',
    'by default an image is below its repository key',
    () => undefined,
    ['acme.jfrog.io/docker-local/shop/web:latest'],
  ],
  [
    'jfrog',
    'or on a sub-domain',
    () => undefined,
    ['docker-local.acme.jfrog.io/shop/web:latest'],
    { options: { registries: new Map([['docker-local', 'docker-local.acme.jfrog.io']]) } },
  ],
  [
    'jfrog',
    'or behind another name',
    () => undefined,
    ['images.example.com/docker-local/shop/web:latest'],
    { options: { registry: 'images.example.com' } },
  ],
  ['jfrog', 'a promotion moves a tag', set('event_type', 'promoted'), ['acme.jfrog.io/docker-local/shop/web:latest']],
  ['jfrog', 'a deletion is no push', set('event_type', 'deleted'), ['-action']],
  ['jfrog', 'an artifact is no image', set('domain', 'artifact'), ['-not-image']],
  ['jfrog', 'an event without a key is left out', set('data.repo_key', null), ['-malformed']],
  ['nexus', 'needs to be told the registry', () => undefined, ['-no-registry']],
  [
    'nexus',
    'the one registry',
    () => undefined,
    ['nexus.example.com/shop/web:latest'],
    { options: { registry: 'nexus.example.com' } },
  ],
  ['nexus', 'a deletion is no push', set('action', 'DELETED'), ['-action']],
  ['nexus', 'a component of another format is no image', set('component.format', 'maven2'), ['-not-image']],
  [
    'nexus',
    'an asset event comes for each layer',
    header('x-nexus-webhook-id', 'rm:repository:asset'),
    ['-media-type'],
  ],
  ['gitea', 'the registry is the server', () => undefined, ['git.example.com/shop/web:latest']],
  [
    'gitea',
    'Forgejo has its own header',
    (_b, h) => {
      delete h['x-gitea-event'];
      h['x-forgejo-event'] = 'package';
    },
    ['git.example.com/shop/web:latest'],
  ],
  ['gitea', 'a push by digest', set('package.version', DIGEST), ['-untagged']],
  ['gitea', 'a deletion is no push', set('action', 'deleted'), ['-action']],
  ['gitea', 'a package of npm is no image', set('package.type', 'npm'), ['-not-image']],
  ['gitea', 'another event is no push', header('x-gitea-event', 'issues'), ['-action']],
  [
    'gitea',
    'older versions call the owner otherwise',
    set('package.owner', { username: 'shop' }),
    ['git.example.com/shop/web:latest'],
  ],
  ['zot', 'needs to be told the registry', () => undefined, ['-no-registry']],
  [
    'zot',
    'the registry',
    () => undefined,
    ['zot.example.com/shop/web:latest'],
    { options: { registry: 'zot.example.com' } },
  ],
  ['zot', 'its types may have another prefix', header('ce-type', 'com.example.image.updated'), ['-no-registry']],
  ['zot', 'a push by digest', set('reference', DIGEST), ['-untagged']],
  ['zot', 'a deletion is no push', header('ce-type', 'zotregistry.image.deleted'), ['-action']],
  ['zot', 'a new repository is no push', header('ce-type', 'zotregistry.repository.created'), ['-action']],
];

test.each(rows)('%s: %s', (sender, _rule, change, result, how) => {
  expect(summary(read(sender, change, how))).toEqual(result);
});
